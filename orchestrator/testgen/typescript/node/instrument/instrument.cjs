'use strict';
/**
 * Rewrites the source of one module so that it counts what is reached and carries every mutant behind a switch.
 *
 * The result is TypeScript (or JavaScript) again: the project's own transform compiles it, whatever that is. Only
 * expressions and statements are wrapped; everything between them is copied as it stands.
 */
const { createRuntime } = require('./runtime.cjs');
const { expressionRules } = require('./expressions.cjs');
const { ignoredIn } = require('./ignored.cjs');
const { statementRules } = require('./statements.cjs');

/**
 * Return {text}. What is numbered is put to `options.counts`, which several files may share: goals [{kind, line}],
 * mutants [{kind, line}], sites (await expressions) and the names of variables. Of a file that `isUsed` by others, only
 * what it awaits, compares and checks with schemas is told.
 */
function instrument(ts, sourceFile, name, options) {
  const job = new Job(ts, sourceFile, name, options);
  const body = job.render(sourceFile);
  const text = job.head() + sourceFile.text.slice(0, sourceFile.getStart(sourceFile)).replace(/^#!.*/, '') + body + job.tail();
  return { text };
}

class Job {
  constructor(ts, sourceFile, name, options) {
    this.ts = ts;
    this.file = sourceFile;
    this.source = sourceFile.text;
    this.name = name;
    this.options = options;
    const { goals, mutants, sites, variables } = options.counts;
    Object.assign(this, { goals, mutants, sites });
    this.variables = options.isUsed ? [] : variablesOf(ts, sourceFile);
    variables.push(...this.variables);
    this.isIgnored = options.isUsed ? () => false : ignoredIn(ts, sourceFile);
    this.statements = statementRules(this);
    this.expressions = expressionRules(this);
  }

  /** One line, so that line numbers of the source stay as they are apart from it. */
  head() {
    const runtime = createRuntime.toString().replace(/\/\/.*$/gm, '').replace(/\s*\n\s*/g, '\n').replace(/\n/g, ' ');
    const name = JSON.stringify(this.name);
    return (
      '// @ts-nocheck\n' +
      `var __own; function __o() { return __own || (__own = (globalThis.__orchestrate || (globalThis.__orchestrate = (${runtime})())).of(${name})); }\n`
    );
  }

  /** Let the explorer put the variables of the module back to what they were. */
  tail() {
    if (this.variables.length === 0) return '';
    const names = this.variables.join(', ');
    return `\n__o().t(() => ({ ${names} }), (state) => { ({ ${names} } = state); });\n`;
  }

  lineOf(node) {
    return this.file.getLineAndCharacterOfPosition(node.getStart(this.file)).line + 1;
  }

  goal(kind, node) {
    this.goals.push({ kind, line: this.lineOf(node) });
    return this.goals.length - 1;
  }

  /** Number `count` mutants of a node; the first number comes back. */
  mutant(kind, node, count = 1) {
    const first = this.mutants.length;
    for (let index = 0; index < count; index += 1) this.mutants.push({ kind, line: this.lineOf(node) });
    return first;
  }

  site(node) {
    this.sites.push(node);
    return this.sites.length - 1;
  }

  textOf(node) {
    return this.source.slice(node.getStart(this.file), node.end);
  }

  /** Return the text of a node with its children rewritten. */
  render(node) {
    let out = '';
    let position = node.getStart(this.file);
    const children = [];
    this.ts.forEachChild(node, (child) => { children.push(child); });
    children.sort((a, b) => a.pos - b.pos);
    for (const child of children) {
      const start = child.getStart(this.file);
      if (start < position || child.end < start) continue;
      out += this.source.slice(position, start) + this.visit(child);
      position = child.end;
    }
    return out + this.source.slice(position, node.end);
  }

  /** Return the rewritten text of a node that stands where it stands. */
  visit(node) {
    if (this.isLeftAlone(node) || this.isIgnored(node)) return this.textOf(node);
    if (this.options.isUsed) return this.apart(node, this.expressions.told(node) ?? this.render(node));
    if (this.ts.isStatement(node)) return this.statements.visit(node);
    return this.expressions.visit(node);
  }

  /** A statement that now begins with a bracket would go on with the one before it, where that ends without a semicolon. */
  apart(node, text) {
    const { ts } = this;
    const follows = ts.isExpressionStatement(node) && (ts.isBlock(node.parent) || ts.isSourceFile(node.parent) || ts.isCaseOrDefaultClause(node.parent));
    return follows && text.startsWith('(') ? `;${text}` : text;
  }

  isLeftAlone(node) {
    const { ts } = this;
    if (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) return true;
    if (ts.isDecorator && ts.isDecorator(node)) return true;
    const declares = node.modifiers?.some((one) => one.kind === ts.SyntaxKind.DeclareKeyword);
    return (
      Boolean(declares) ||
      ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isEnumDeclaration(node) ||
      ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isImportEqualsDeclaration(node) ||
      ts.isTypeParameterDeclaration(node) || ts.isHeritageClause(node)
    );
  }
}

/** The variables of a module that change while it is used. */
function variablesOf(ts, file) {
  const found = [];
  for (const statement of file.statements) {
    if (!ts.isVariableStatement(statement) || statement.declarationList.flags & ts.NodeFlags.Const) continue;
    if (statement.modifiers?.some((each) => each.kind === ts.SyntaxKind.DeclareKeyword)) continue;
    for (const each of statement.declarationList.declarations) if (ts.isIdentifier(each.name)) found.push(each.name.text);
  }
  return found;
}

module.exports = { instrument };
