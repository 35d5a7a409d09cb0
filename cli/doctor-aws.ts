// `quittance doctor --aws`: whether the installation in the account exists and is as it was deployed.
import type { Arguments, ExitCode } from './command.ts';

/** 0 when every check holds, 2 otherwise. */
export const doctorAws = async (args: Arguments, environment = process.env): Promise<ExitCode> => {
  const { installationChecks } = await import('#entry/installation.ts');
  const checks = await installationChecks(environment, args.value('prefix') ?? 'quittance');
  const ok = checks.every((check) => check.ok);
  args.print({ ok, checks }, () =>
    checks.map(({ name, ok: holds, detail }) => `  ${holds ? '✓' : '✗'} ${name.padEnd(40)} ${detail}`).join('\n'),
  );
  return ok ? 0 : 2;
};
