// Small faults for a source file: a condition that always or never holds, a comparison shifted by one, a conjunct,
// statement or literal left out. `sown` puts all of them into one text, switched off; the test environment switches one
// on. Source: the usual operators of mutation testing, chosen for code that refuses things.
// Trap: texts for people are not changed (strings with a space, error messages, sentences of a check), because no test
// should depend on them.
import ts from 'typescript';

export interface Mutant {
  /** Place in the order of the source, from `first`; the same for the same text. */
  readonly id: number;
  readonly line: number;
  readonly was: string;
  readonly becomes: string;
}

type Sow = (node: ts.Node) => readonly string[];

const textOf = (node: ts.Node): string => node.getText();

const COMPARISONS: Partial<Record<ts.SyntaxKind, readonly string[]>> = {
  [ts.SyntaxKind.EqualsEqualsEqualsToken]: ['!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken]: ['==='],
  [ts.SyntaxKind.LessThanToken]: ['<=', '>='],
  [ts.SyntaxKind.LessThanEqualsToken]: ['<', '>'],
  [ts.SyntaxKind.GreaterThanToken]: ['>=', '<='],
  [ts.SyntaxKind.GreaterThanEqualsToken]: ['>', '<'],
  [ts.SyntaxKind.MinusToken]: ['+'],
  [ts.SyntaxKind.AsteriskToken]: ['/'],
  [ts.SyntaxKind.SlashToken]: ['*'],
};

const LOGICAL: Partial<Record<ts.SyntaxKind, string>> = {
  [ts.SyntaxKind.AmpersandAmpersandToken]: '||',
  [ts.SyntaxKind.BarBarToken]: '&&',
};

/** `a`, `b` and `c` of `a && b && c`. */
const operands = (node: ts.Node, kind: ts.SyntaxKind): readonly ts.Node[] =>
  ts.isBinaryExpression(node) && node.operatorToken.kind === kind
    ? [...operands(node.left, kind), ...operands(node.right, kind)]
    : [node];

/** The other operator, and the expression without each operand. */
const logical: Sow = (node) => {
  if (!ts.isBinaryExpression(node)) return [];
  const { kind } = node.operatorToken;
  const other = LOGICAL[kind];
  const within = ts.isBinaryExpression(node.parent) && node.parent.operatorToken.kind === kind;
  if (other === undefined || within) return [];
  const parts = operands(node, kind).map((one) => `(${textOf(one)})`);
  const without = parts.map((_, i) => parts.filter((_one, j) => j !== i).join(` ${textOf(node.operatorToken)} `));
  return [parts.join(` ${other} `), ...without];
};

const binary: Sow = (node) => {
  if (!ts.isBinaryExpression(node)) return [];
  const { left, right, operatorToken } = node;
  const [a, b] = [textOf(left), textOf(right)];
  if (operatorToken.kind === ts.SyntaxKind.QuestionQuestionToken) return [a, b];
  if (operatorToken.kind === ts.SyntaxKind.PlusToken)
    return [left, right].some(ts.isStringLiteralLike) ? [] : [`(${a}) - (${b})`];
  return (COMPARISONS[operatorToken.kind] ?? []).map((operator) => `(${a}) ${operator} (${b})`);
};

const condition: Sow = (node) => {
  const { parent } = node;
  const asked =
    (ts.isIfStatement(parent) && parent.expression === node) ||
    (ts.isConditionalExpression(parent) && parent.condition === node);
  return asked ? ['true', 'false'] : [];
};

/** A string that something is compared with; mutants of the comparison already cover it. */
const isCompared = ({ parent }: ts.Node): boolean =>
  ts.isBinaryExpression(parent) &&
  [ts.SyntaxKind.EqualsEqualsEqualsToken, ts.SyntaxKind.ExclamationEqualsEqualsToken].includes(
    parent.operatorToken.kind,
  );

const literal: Sow = (node) => {
  if (node.kind === ts.SyntaxKind.TrueKeyword) return ['false'];
  if (node.kind === ts.SyntaxKind.FalseKeyword) return ['true'];
  if (ts.isNumericLiteral(node)) return [`${textOf(node)} + 1`];
  if (ts.isStringLiteral(node)) return isCompared(node) ? [] : [node.text === '' ? "'mutant'" : "''"];
  if (ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateExpression(node)) return ["''"];
  if (ts.isArrayLiteralExpression(node) && node.elements.length > 0) return ['[]'];
  return [];
};

const unary: Sow = (node) => {
  const signs: readonly ts.SyntaxKind[] = [ts.SyntaxKind.ExclamationToken, ts.SyntaxKind.MinusToken];
  return ts.isPrefixUnaryExpression(node) && signs.includes(node.operator) ? [textOf(node.operand)] : [];
};

const anchors: Sow = (node) => {
  if (node.kind !== ts.SyntaxKind.RegularExpressionLiteral) return [];
  const text = textOf(node);
  const without = [text.replace('/^', '/'), text.replace(/\$\/(\w*)$/, '/$1')];
  return without.filter((one) => one !== text);
};

const OTHER_METHOD = new Map(
  [
    ['some', 'every'],
    ['find', 'findLast'],
    ['min', 'max'],
    ['startsWith', 'endsWith'],
  ].flatMap(([one, other]) => [
    [one, other],
    [other, one],
  ]),
);
/** Methods whose result has the type of their receiver, so that leaving the call out still compiles. */
const DROPPED = ['filter', 'sort', 'toLowerCase', 'trim', 'reverse', 'subarray', 'slice'];

const call: Sow = (node) => {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const { expression: target, name } = node.expression;
  const rest = node.getText().slice(node.expression.getEnd() - node.getStart());
  const other = OTHER_METHOD.get(name.text);
  if (other !== undefined) return [`${textOf(target)}.${other}${rest}`];
  return DROPPED.includes(name.text) ? [textOf(target)] : [];
};

const EXPRESSIONS: readonly Sow[] = [logical, binary, condition, literal, unary, anchors, call];

const removable = (node: ts.Node): node is ts.Statement =>
  ts.isExpressionStatement(node) ||
  ts.isThrowStatement(node) ||
  ts.isForStatement(node) ||
  ts.isForOfStatement(node) ||
  ts.isWhileStatement(node);

const TOLD = ['message', 'expected', 'got', 'hint'];
/** Texts for people, with everything in them. */
const isTold = (node: ts.Node): boolean => {
  const { parent } = node;
  if (ts.isPropertyAssignment(parent) && parent.initializer === node) return TOLD.includes(textOf(parent.name));
  if (ts.isCallExpression(parent) && ts.isIdentifier(parent.expression))
    return (
      (parent.expression.text === 'requireThat' && parent.arguments[1] === node) ||
      (parent.expression.text === 'fail' && parent.arguments[0] === node)
    );
  return (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)) && textOf(node).includes(' ');
};

const isKey = (node: ts.Node): boolean => ts.isPropertyAssignment(node.parent) && node.parent.name === node;

/** Types and imports are not executed; an optional chain is one expression. */
const isOutOfReach = (node: ts.Node): boolean =>
  ts.isTypeNode(node) ||
  ts.isImportDeclaration(node) ||
  ts.isExportDeclaration(node) ||
  ts.isInterfaceDeclaration(node);

const goesOn = (node: ts.Node): boolean =>
  ts.isOptionalChain(node.parent) && 'expression' in node.parent && node.parent.expression === node;

interface Field {
  readonly text: string;
  readonly mutants: Mutant[];
}

/** Records that a mutant was reached. The field is global to the sandbox of a test file (environment.js). */
const WAKING = [
  'const __field = (globalThis.__mutants ??= { woken: Number(process.env.QUITTANCE_MUTANT ?? -1), met: new Set() });',
  'const __mutant = (id) => (__field.met.add(id), id === __field.woken);',
].join(' ');

/** The source with every mutant in it, switched off, and the list of them; `first`: the id of the first. */
export const sown = (source: string, first = 0): Field => {
  const file = ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true);
  const mutants: Mutant[] = [];
  const add = (node: ts.Node, becomes: string): number => {
    const line = file.getLineAndCharacterOfPosition(node.getStart()).line + 1;
    const id = first + mutants.length;
    mutants.push({ id, line, was: textOf(node), becomes });
    return id;
  };
  const render = (node: ts.Node): string => {
    if (isOutOfReach(node) || ((node.parent as ts.Node | undefined) ? isTold(node) : false)) return textOf(node);
    const own = node === file || isKey(node) || goesOn(node) ? [] : EXPRESSIONS.flatMap((sow) => sow(node));
    const ids = own.map((becomes) => [add(node, becomes), becomes] as const);
    const removed = removable(node) ? add(node, '') : undefined;
    const whole = ids.reduceRight((rest, [id, becomes]) => `(__mutant(${id}) ? ${becomes} : ${rest})`, inner(node));
    return removed === undefined ? whole : `{ if (!__mutant(${removed})) ${whole} }`;
  };
  const inner = (node: ts.Node): string => {
    let [out, at] = ['', node.getStart()];
    ts.forEachChild(node, (child) => {
      out += source.slice(at, child.getStart()) + render(child);
      at = child.getEnd();
    });
    return out + source.slice(at, node.getEnd());
  };
  const text = WAKING + source.slice(0, file.getStart()) + inner(file);
  return { text, mutants };
};

/** The source without its comments: what mutants were found in stays found while only prose changes. */
export const uncommented = (source: string): string =>
  ts
    .createPrinter({ removeComments: true })
    .printFile(ts.createSourceFile('source.ts', source, ts.ScriptTarget.Latest, true));
