'use strict';
/** How statements are rewritten: counted, and where that makes sense made removable. */

function statementRules(job) {
  const { ts } = job;

  function visit(node) {
    if (ts.isBlock(node)) return job.render(node);
    if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isEmptyStatement(node)) return job.render(node);
    if (ts.isModuleDeclaration?.(node) || ts.isModuleBlock?.(node)) return job.textOf(node);
    if (isDirective(node) || isSuperCall(node)) return job.render(node);
    const text = counted(node);
    return standsAlone(node) ? `{ ${text} }` : text;
  }

  function counted(node) {
    const goal = job.goal('statement', node);
    if (ts.isExpressionStatement(node) && isRemovable(node)) {
      const mutant = job.mutant('statement', node);
      return `if (__o().x(${goal}, ${mutant})) { ${job.render(node)} }`;
    }
    // `continue label` needs the loop right behind its label.
    if (ts.isLabeledStatement(node)) return `__o().s(${goal}); ${job.textOf(node)}`;
    return `__o().s(${goal}); ${special(node)}`;
  }

  function special(node) {
    if (ts.isIfStatement(node)) return ifStatement(node);
    if (ts.isWhileStatement(node) || ts.isDoStatement(node) || ts.isForStatement(node)) return loop(node);
    if (ts.isSwitchStatement(node)) return switchStatement(node);
    if (ts.isReturnStatement(node)) return returnStatement(node);
    return job.render(node);
  }

  function ifStatement(node) {
    const condition = conditioned(node.expression, node);
    const otherwise = node.elseStatement ? ` else ${braced(node.elseStatement)}` : '';
    return `if (${condition}) ${braced(node.thenStatement)}${otherwise}`;
  }

  function braced(node) {
    const text = job.visit(node);
    return text.startsWith('{') ? text : `{ ${text} }`;
  }

  function conditioned(expression, node) {
    const mutant = job.mutant('condition', expression, 2);
    return `__o().c(${mutant}, ${job.goal('branch', node)}, ${job.goal('branch', node)}, ${job.visit(expression)})`;
  }

  /** A condition that is always true makes a loop endless: those mutants teach nothing. */
  function loop(node) {
    const condition = ts.isForStatement(node) ? node.condition : node.expression;
    if (!condition) return job.render(node);
    const start = node.getStart(job.file);
    const before = partBetween(node, start, condition.getStart(job.file));
    const after = partBetween(node, condition.end, node.end);
    const goal = job.goal('branch', node);
    const mutant = job.mutant('condition', condition);
    return `${before}(__o().s(${goal}), __o().k(${mutant}, ${job.visit(condition)}, false))${after}`;
  }

  /** Render those children of a node that lie between two positions. */
  function partBetween(node, from, to) {
    let out = '';
    let position = from;
    ts.forEachChild(node, (child) => {
      const start = child.getStart(job.file);
      if (start < position || child.end > to) return;
      const text = ts.isStatement(child) ? braced(child) : job.visit(child);
      out += job.source.slice(position, start) + text;
      position = child.end;
    });
    return out + job.source.slice(position, to);
  }

  function switchStatement(node) {
    const clauses = node.caseBlock.clauses.map((clause) => {
      const goal = job.goal('branch', clause);
      const label = ts.isCaseClause(clause) ? `case __o().e(${job.visit(clause.expression)}):` : 'default:';
      return `${label} __o().s(${goal}); ${clause.statements.map((each) => job.visit(each)).join('\n')}`;
    });
    return `switch (__o().d(${job.visit(node.expression)})) { ${clauses.join('\n')} }`;
  }

  /** Where nothing else in what is returned can be changed, the mutant returns nothing. */
  function returnStatement(node) {
    const { expression } = node;
    if (!expression) return job.render(node);
    const before = job.mutants.length;
    const text = job.visit(expression);
    const told = job.options.isAwaitable(expression) ? `__o().w(${job.site(node)}, ${text})` : text;
    const isPlain = job.mutants.length === before && expression.kind !== ts.SyntaxKind.NullKeyword && job.textOf(expression) !== 'undefined';
    return `return ${isPlain ? `__o().k(${job.mutant('result', node)}, ${told}, undefined)` : told};`;
  }

  function isDirective(node) {
    return ts.isExpressionStatement(node) && ts.isStringLiteral(node.expression);
  }

  function isSuperCall(node) {
    return (
      ts.isExpressionStatement(node) &&
      ts.isCallExpression(node.expression) &&
      node.expression.expression.kind === ts.SyntaxKind.SuperKeyword
    );
  }

  function isRemovable(node) {
    const { expression } = node;
    return (
      ts.isCallExpression(expression) || ts.isAwaitExpression(expression) ||
      (ts.isBinaryExpression(expression) && /^[^=!<>]*=$/.test(expression.operatorToken.getText(job.file)))
    );
  }

  /** A body without braces needs them once a counter stands before it. */
  function standsAlone(node) {
    const { parent } = node;
    return (
      !ts.isBlock(parent) && !ts.isSourceFile(parent) && !ts.isCaseOrDefaultClause(parent) && !ts.isModuleBlock(parent)
    );
  }

  return { visit };
}

module.exports = { statementRules };
