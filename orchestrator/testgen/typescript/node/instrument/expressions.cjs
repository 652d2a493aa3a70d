'use strict';
/** How expressions are rewritten. Each rule returns the new text, or undefined to leave the node to the next one. */
const { patchesOf } = require('./graphql.cjs');
const { ASSIGNMENTS, METHODS, OPERATORS, kindOf } = require('./operators.cjs');

function expressionRules(job) {
  const { ts } = job;
  const rules = [
    binary, conditional, arrowBody, defaultValue, negation, update, schemaCall, membership, methodCall, awaited, definitions, text, number, truth, collection,
  ];

  function visit(node) {
    if (isFixed(node)) return job.render(node);
    for (const rule of rules) {
      const found = rule(node);
      if (found !== undefined) return found;
    }
    return job.render(node);
  }

  function binary(node) {
    if (!ts.isBinaryExpression(node)) return undefined;
    const operator = node.operatorToken.getText(job.file);
    const { left, right } = node;
    if (operator === '&&' || operator === '||' || operator === '??') {
      const mutant = job.mutant('logic', node);
      const goals = `${job.goal('branch', node)}, ${job.goal('branch', node)}`;
      const first = `__o().l(${JSON.stringify(operator)}, ${mutant}, ${goals}, ${job.visit(left)})`;
      return `(${first} ? (${job.visit(right)}) : __o().v)`;
    }
    if (operator in ASSIGNMENTS && isPlain(left)) {
      const plain = ASSIGNMENTS[operator];
      return `${job.textOf(left)} = ${applied(plain, node, job.textOf(left), job.visit(right))}`;
    }
    if (operator === 'in') return compared(node);
    if (!(operator in OPERATORS)) return undefined;
    return applied(operator, node, job.visit(left), job.visit(right));
  }

  function applied(operator, node, left, right) {
    const others = OPERATORS[operator];
    const mutant = job.mutant(kindOf(operator), node, others.length);
    return `__o().q(${JSON.stringify(operator)}, ${JSON.stringify(others)}, ${mutant}, ${left}, ${right})`;
  }

  function conditional(node) {
    if (!ts.isConditionalExpression(node)) return undefined;
    const mutant = job.mutant('condition', node.condition, 2);
    const goals = `${job.goal('branch', node)}, ${job.goal('branch', node)}`;
    const condition = `__o().c(${mutant}, ${goals}, ${job.visit(node.condition)})`;
    return `(${condition} ? (${job.visit(node.whenTrue)}) : (${job.visit(node.whenFalse)}))`;
  }

  /** `x => value` counts as a statement, as coverage tools count it. */
  function arrowBody(node) {
    if (!ts.isArrowFunction(node.parent) || node.parent.body !== node || ts.isBlock(node)) return undefined;
    const goal = job.goal('statement', node);
    const value = without(arrowBody, node);
    const told = job.options.isAwaitable(node) ? `__o().w(${job.site(node)}, ${value})` : value;
    return `(__o().s(${goal}), ${told})`;
  }

  function defaultValue(node) {
    const { parent } = node;
    const isDefault = (ts.isParameter(parent) || ts.isBindingElement(parent)) && parent.initializer === node;
    if (!isDefault || ts.isArrowFunction(node)) return undefined;
    return `(__o().s(${job.goal('branch', node)}), ${without(defaultValue, node)})`;
  }

  function without(left, node) {
    for (const rule of rules) {
      if (rule === left) continue;
      const found = rule(node);
      if (found !== undefined) return found;
    }
    return job.render(node);
  }

  function negation(node) {
    if (!ts.isPrefixUnaryExpression(node)) return undefined;
    if (node.operator === ts.SyntaxKind.ExclamationToken) {
      return `__o().n(${job.mutant('negation', node)}, ${job.visit(node.operand)})`;
    }
    if (node.operator === ts.SyntaxKind.MinusToken && !ts.isBigIntLiteral(node.operand)) {
      const mutant = job.mutant('sign', node);
      const operand = job.textOf(node.operand);
      return `(__o().m(${mutant}) ? (${operand}) : -(${operand}))`;
    }
    return undefined;
  }

  function update(node) {
    const isUpdate = ts.isPrefixUnaryExpression(node) || ts.isPostfixUnaryExpression(node);
    if (!isUpdate || !isPlain(node.operand)) return undefined;
    const operand = job.textOf(node.operand);
    const plus = node.operator === ts.SyntaxKind.PlusPlusToken;
    if (!plus && node.operator !== ts.SyntaxKind.MinusMinusToken) return undefined;
    const [ahead, behind] = ts.isPrefixUnaryExpression(node) ? [1, 0] : [0, 1];
    const way = (sign) => `${ahead ? sign : ''}${operand}${behind ? sign : ''}`;
    return `(__o().m(${job.mutant('update', node)}) ? ${way(plus ? '--' : '++')} : ${way(plus ? '++' : '--')})`;
  }

  /** `schema.parse(value)`: what checks what is told while the module is explored inside a server. */
  function schemaCall(node) {
    if (!ts.isCallExpression(node) || node.questionDotToken || node.arguments.length === 0) return undefined;
    const callee = node.expression;
    if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken || !/^((safeP|p)arse|validate)(Async)?$/.test(callee.name.text)) return undefined;
    if (/^(JSON|Date|URL|Number|path|qs|querystring)$/.test(job.textOf(callee.expression)) || ts.isSpreadElement(node.arguments[0])) return undefined;
    if (callee.expression.kind === ts.SyntaxKind.SuperKeyword || callee.expression.kind === ts.SyntaxKind.ThisKeyword) return undefined;
    const [first, ...rest] = node.arguments.map((each) => job.visit(each));
    return `__o().y(${job.visit(callee.expression)}).${callee.name.text}(${[`__o().a(${first})`, ...rest].join(', ')})`;
  }

  /** `roles.includes(role)`, `seen.has(id)`: what is looked for is compared with each that is there. */
  function membership(node) {
    if (!ts.isCallExpression(node) || node.questionDotToken || node.arguments.length !== 1) return undefined;
    const { expression: callee, arguments: [wanted], parent } = node;
    if (!ts.isPropertyAccessExpression(callee) || !/^(includes|has|indexOf)$/.test(callee.name.text)) return undefined;
    if (callee.expression.kind === ts.SyntaxKind.SuperKeyword || ts.isSpreadElement(wanted)) return undefined;
    const isOptional = Boolean(ts.isOptionalChain?.(callee));
    if (isOptional && (ts.isOptionalChain(parent) || !(isPlain(wanted) || ts.isStringLiteral(wanted)))) return undefined; // what follows is left out with it
    return `__o().h(${job.visit(callee.expression)}, '${callee.name.text}', ${job.visit(wanted)}, ${isOptional})`;
  }

  function methodCall(node) {
    if (!ts.isCallExpression(node) || node.questionDotToken) return undefined;
    const callee = node.expression;
    if (!ts.isPropertyAccessExpression(callee) || callee.questionDotToken) return undefined;
    const other = Object.hasOwn(METHODS, callee.name.text) ? METHODS[callee.name.text] : undefined;
    if (other === undefined || callee.expression.kind === ts.SyntaxKind.SuperKeyword) return undefined;
    if (ts.isOptionalChain?.(callee)) return undefined;
    const name = `__o().k(${job.mutant('method', node)}, '${callee.name.text}', '${other}')`;
    const given = node.arguments.map((each) => job.visit(each)).join(', ');
    return `${job.visit(callee.expression)}[${name}](${given})`;
  }

  function awaited(node) {
    if (!ts.isAwaitExpression(node)) return undefined;
    return `(await __o().w(${job.site(node)}, ${job.visit(node.expression)}))`;
  }

  /** What an arrow function returns without a block, or a `return`: of modules that others use nothing else counts. */
  function returned(node) {
    const isBody = ts.isArrowFunction(node.parent) && node.parent.body === node && !ts.isBlock(node);
    const isReturned = ts.isReturnStatement(node.parent);
    if (!(isBody || isReturned) || !job.options.isAwaitable(node)) return undefined;
    return `__o().w(${job.site(node)}, ${job.render(node)})`;
  }

  /** Definitions of GraphQL: what they say is changed bit by bit. */
  function definitions(node) {
    if (!ts.isNoSubstitutionTemplateLiteral(node) || ts.isTaggedTemplateExpression(node.parent)) return undefined;
    const patches = patchesOf(node.text);
    if (patches.length === 0) return undefined;
    const first = job.mutants.length;
    for (const each of patches) job.mutants.push({ kind: each.kind, line: job.lineOf(node) + each.line });
    const changes = patches.map(({ at, length, text: put }) => [at, length, put]);
    return `__o().p(${first}, ${job.textOf(node)}, ${JSON.stringify(changes)})`;
  }

  /** Comparisons of modules that others use: what is compared there tells which inputs to try. */
  function compared(node) {
    if (!ts.isBinaryExpression(node)) return undefined;
    const operator = node.operatorToken.getText(job.file);
    if (!/^([<>]=?|[!=]==?|in)$/.test(operator) || ts.isPrivateIdentifier(node.left)) return undefined;
    return `__o().q(${JSON.stringify(operator)}, [], -1, ${job.visit(node.left)}, ${job.visit(node.right)})`;
  }

  function text(node) {
    if (!ts.isStringLiteral(node) && !ts.isNoSubstitutionTemplateLiteral(node) && !ts.isTemplateExpression(node)) {
      return undefined;
    }
    if (ts.isTaggedTemplateExpression(node.parent)) return job.render(node);
    const empty = !ts.isTemplateExpression(node) && node.text === '';
    return `__o().k(${job.mutant('string', node)}, ${job.render(node)}, ${empty ? '"mutated"' : '""'})`;
  }

  function number(node) {
    if (!ts.isNumericLiteral(node)) return undefined;
    const source = job.textOf(node);
    return `__o().k(${job.mutant('number', node)}, ${source}, ${source} + 1)`;
  }

  function truth(node) {
    const isTrue = node.kind === ts.SyntaxKind.TrueKeyword;
    if (!isTrue && node.kind !== ts.SyntaxKind.FalseKeyword) return undefined;
    return `__o().k(${job.mutant('boolean', node)}, ${isTrue}, ${!isTrue})`;
  }

  function collection(node) {
    const isList = ts.isArrayLiteralExpression(node);
    const isFull = isList ? node.elements.length : ts.isObjectLiteralExpression(node) && node.properties.length;
    if (!isFull || isTarget(node)) return undefined;
    return `__o().k(${job.mutant(isList ? 'list' : 'object', node)}, ${job.render(node)}, ${isList ? '[]' : '{}'})`;
  }

  function isPlain(node) {
    return ts.isIdentifier(node) || (ts.isPropertyAccessExpression(node) && (isPlain(node.expression) || node.expression.kind === ts.SyntaxKind.ThisKeyword));
  }

  /** Left sides of assignments are patterns, not values. */
  function isTarget(node) {
    let child = node;
    for (let { parent } = node; parent; child = parent, { parent } = parent) {
      if (ts.isBinaryExpression(parent) && parent.operatorToken.kind === ts.SyntaxKind.EqualsToken) return parent.left === child;
      if ((ts.isForOfStatement(parent) || ts.isForInStatement(parent)) && parent.initializer === child) return true;
      const isNested = ts.isArrayLiteralExpression(parent) || ts.isObjectLiteralExpression(parent) || ts.isPropertyAssignment(parent) || ts.isSpreadElement(parent);
      if (!isNested) return false;
    }
    return false;
  }

  /** Places where only a literal may stand. */
  function isFixed(node) {
    const { parent } = node;
    const isName = parent.name === node && !ts.isParameter(parent) && !ts.isBindingElement(parent);
    return (
      isName || parent.propertyName === node || ts.isLiteralTypeNode(parent) || ts.isJsxAttribute?.(parent) ||
      ts.isImportDeclaration(parent) || ts.isExternalModuleReference(parent) || ts.isEnumMember(parent) ||
      (ts.isCallExpression(parent) && isModuleName(parent)) || ts.isComputedPropertyName(node)
    );
  }

  function isModuleName(call) {
    return call.expression.kind === ts.SyntaxKind.ImportKeyword || call.expression.getText(job.file) === 'require';
  }

  return { visit, told: (node) => awaited(node) ?? returned(node) ?? schemaCall(node) ?? membership(node) ?? compared(node) };
}

module.exports = { expressionRules };
