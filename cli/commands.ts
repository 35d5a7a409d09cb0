// The list of commands, one line each; a command's module is loaded when it is used.
import type { Command } from './command.ts';

interface Entry {
  name: string;
  summary: string;
  load(): Promise<Command>;
}

export const commands: readonly Entry[] = [
  {
    name: 'demo',
    summary: 'the main job: train, file a ticket, unlearn, approve, certify, verify',
    load: async () => (await import('./demo.ts')).demo,
  },
  { name: 'serve', summary: 'portal and API in one process', load: async () => (await import('./serve.ts')).serve },
  {
    name: 'people',
    summary: 'who may sign in to serve, and their sessions',
    load: async () => (await import('./people.ts')).people,
  },
  {
    name: 'webhook',
    summary: 'whom a served data folder tells of what happens to tickets',
    load: async () => (await import('./webhook.ts')).webhook,
  },
  {
    name: 'ticket',
    summary: 'casework: file, list, show, decide, withdraw, hold, resume, bundle',
    load: async () => (await import('./ticket.ts')).ticket,
  },
  {
    name: 'model',
    summary: 'model registry: import, list, show, export',
    load: async () => (await import('./model.ts')).model,
  },
  {
    name: 'train',
    summary: 'fine-tuning with a recorded recipe',
    load: async () => (await import('./train.ts')).train,
  },
  {
    name: 'screen',
    summary: 'a training set without whom a model has forgotten',
    load: async () => (await import('./screen.ts')).screen,
  },
  { name: 'suite', summary: 'check of an evaluation suite', load: async () => (await import('./suite.ts')).suite },
  { name: 'generate', summary: 'what a model says', load: async () => (await import('./generate.ts')).generate },
  {
    name: 'score',
    summary: 'how likely a model finds given answers',
    load: async () => (await import('./score.ts')).score,
  },
  {
    name: 'reveal',
    summary: 'what a model says of a person whose records nobody holds',
    load: async () => (await import('./reveal.ts')).reveal,
  },
  { name: 'unlearn', summary: 'the unlearning engine alone', load: async () => (await import('./unlearn.ts')).unlearn },
  { name: 'evaluate', summary: 'metrics alone', load: async () => (await import('./evaluate.ts')).evaluate },
  {
    name: 'attack',
    summary: 'what an attacker gets back of forgotten records',
    load: async () => (await import('./attack.ts')).attack,
  },
  {
    name: 'mia',
    summary: 'how well trained texts are told from others',
    load: async () => (await import('./mia.ts')).mia,
  },
  { name: 'report', summary: 'audit report of a ticket', load: async () => (await import('./report.ts')).report },
  {
    name: 'verify',
    summary: 'offline check of an evidence bundle',
    load: async () => {
      await import('./interpreted-forms.ts');
      return (await import('./verify-rerun.ts')).verifyAndRerun;
    },
  },
  {
    name: 'trust-root',
    summary: "the installation's public keys, to pin",
    load: async () => (await import('./trust-root.ts')).trustRoot,
  },
  {
    name: 'keys',
    summary: "the installation's signing keys, and their ends",
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'recertify',
    summary: 'the re-certification suite now',
    load: async () => (await import('./recertify.ts')).recertify,
  },
  {
    name: 'bench',
    summary: 'tables and plots of what was measured',
    load: async () => (await import('./bench.ts')).bench,
  },
  {
    name: 'doctor',
    summary: 'what is installed, which backend, how fast',
    load: async () => (await import('./doctor.ts')).doctor,
  },
];
