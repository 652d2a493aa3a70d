'use strict';
/** Finds the objects of a test file that a function above the tests could make. */

const SHORTEST = 60; // characters
const LONG_CLAIM = 110; // characters: a claim that is shorter is read where it stands
const ASKING = /^(inject|graphql|request)$/; // what is asked stands in the test
const CLAIMING = /^(toBe|toEqual|toMatchObject|toStrictEqual|toThrow|toHaveBeenCalledWith|objectContaining)$/;
const ANSWERING = /^(double|clientOf)$/;

/** Return {start, end, props, deciding, sort, type, role, isClaim} of each object; those of a sort can be made by one function. */
function objectsOf(ts, file, { types, fields, hasTypes, isNested }) {
  const locals = localNames(ts, file);
  const made = isNested ? file.statements.filter((each) => ts.isFunctionDeclaration(each)).map((each) => each.name.text) : [];
  const found = [];
  const visit = (node) => {
    if (ts.isObjectLiteralExpression(node) && node.end - node.getStart(file) >= SHORTEST && !isMade(ts, node)) {
      const one = described(ts, file, node, { types, fields, hasTypes, locals, made });
      if (one) found.push(one);
    }
    ts.forEachChild(node, visit);
  };
  visit(file);
  return sorted(found);
}

/** What looks like the objects of a type, and has no other values, is one of them. */
function sorted(found) {
  const known = new Map(); // properties -> those of a type
  for (const each of found) if (each.type) known.set(each.keys, [...(known.get(each.keys) ?? []), each]);
  return found.map((each) => {
    const like = known.get(each.keys)?.find((one, _, all) => all.every((other) => other.type.name === one.type.name));
    const fits = like && each.props.every(([, text], index) => /^expect\./.test(text) || known.get(each.keys).some((one) => one.props[index][1] === text));
    return { ...each, sort: `${each.type ? each.type.name : fits ? like.type.name : ''}|${each.keys}` };
  });
}

/** An object that a function above the tests returns already. */
function isMade(ts, node) {
  return ts.isReturnStatement(node.parent) && ts.isFunctionDeclaration(node.parent.parent.parent);
}

function described(ts, file, node, { types, fields, hasTypes, locals, made }) {
  const props = node.properties.map((each) => (ts.isPropertyAssignment(each) && !ts.isComputedPropertyName(each.name) ? [each.name.getText(file), each.initializer.getText(file)] : undefined));
  if (props.includes(undefined) || needsPlace(ts, node, locals)) return undefined;
  const taker = takerOf(ts, file, node);
  if (ASKING.test(taker) && ts.isCallExpression(node.parent)) return undefined;
  const known = types[node.getText(file)];
  const type = hasTypes && known?.spec ? known : undefined;
  const isChecked = hasTypes && taker !== '' && !ASKING.test(taker) && !CLAIMING.test(taker) && !ANSWERING.test(taker) && !made.includes(taker);
  if (isChecked && !type) return undefined; // nothing can be said of what the compiler takes there
  const role = { ...roleOf(ts, file, node), type: known?.name };
  const deciding = fields[testOf(ts, node)]?.[node.getText(file)] ?? [];
  return { start: node.getStart(file), end: node.end, props, deciding, keys: props.map(([key]) => key).join(' '), role, type, isClaim: CLAIMING.test(taker) };
}

/** The titles around an object, as a runner reports them: "describe > it". */
function testOf(ts, node) {
  const titles = [];
  for (let at = node.parent; at; at = at.parent) {
    const [title] = ts.isCallExpression(at) && ts.isIdentifier(at.expression) && /^(describe|it)$/.test(at.expression.text) ? at.arguments : [];
    if (title) titles.unshift(title.text);
  }
  return titles.join(' > ');
}

/** Names that are declared inside of functions. */
function localNames(ts, file) {
  const names = new Set();
  const visit = (node) => {
    if ((ts.isVariableDeclaration(node) && !isOnTop(ts, node)) || ts.isParameter(node) || ts.isBindingElement(node)) if (ts.isIdentifier(node.name)) names.add(node.name.text);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return names;
}

function isOnTop(ts, declaration) {
  return ts.isSourceFile(declaration.parent.parent.parent);
}

/** Say whether an object means something else in another place: it waits, or names what is declared around it. */
function needsPlace(ts, node, locals) {
  let is = false;
  const visit = (each) => {
    if (ts.isAwaitExpression(each) || each.kind === ts.SyntaxKind.ThisKeyword) is = true;
    if (ts.isIdentifier(each) && locals.has(each.text) && !isName(ts, each)) is = true;
    ts.forEachChild(each, visit);
  };
  visit(node);
  return is;
}

/** A name of a property, not of a variable. */
function isName(ts, { parent, ...rest }) {
  return (ts.isPropertyAssignment(parent) && parent.name.text === rest.escapedText && parent.initializer.pos !== rest.pos) || (ts.isPropertyAccessExpression(parent) && parent.name.pos === rest.pos);
}

/** The function that takes an object, perhaps as a part of something; '' where none does. */
function takerOf(ts, file, node) {
  for (let at = node.parent; at; at = at.parent) {
    if (ts.isFunctionLike(at) || ts.isSourceFile(at)) return '';
    if (ts.isCallExpression(at) || ts.isNewExpression(at)) return lastName(ts, at.expression) || 'it';
  }
  return '';
}

function lastName(ts, expression) {
  return ts.isPropertyAccessExpression(expression) ? expression.name.text : ts.isIdentifier(expression) ? expression.text : '';
}

/** What an object is for: the property or variable that holds it, perhaps in a list; the function that takes it. */
function roleOf(ts, file, node) {
  let at = node.parent;
  const isItem = ts.isArrayLiteralExpression(at);
  while (ts.isArrayLiteralExpression(at) || ts.isParenthesizedExpression(at) || ts.isAsExpression(at)) at = at.parent;
  if (ts.isPropertyAssignment(at) || ts.isVariableDeclaration(at)) return { name: at.name.getText(file).replace(/\W/g, ''), isItem };
  if (ts.isCallExpression(at) || ts.isNewExpression(at)) return { callee: lastName(ts, at.expression), ...claimedOf(ts, at), isItem };
  return { isItem };
}

/** What a claim is about: {claimed: 'headers'} of `expect(response.headers).toMatchObject(…)`, {called: 'load'} of `expect(load())…`. */
function claimedOf(ts, { expression }) {
  let inner = expression;
  while (ts.isPropertyAccessExpression(inner)) inner = inner.expression; // of `.resolves.toEqual`
  const [expected] = ts.isCallExpression(inner) ? inner.arguments : [];
  if (expected && ts.isPropertyAccessExpression(expected)) return { claimed: expected.name.text };
  return expected && ts.isCallExpression(expected) ? { called: lastName(ts, expected.expression) } : {};
}

/** Where functions for tests go: above the first hook or group of tests. */
function placeAbove(ts, file) {
  const first = file.statements.find((each) => ts.isExpressionStatement(each) && ts.isCallExpression(each.expression) && /^(describe|it|test|before(All|Each)|after(All|Each))\b/.test(each.getText(file)));
  return first ? first.getStart(file, true) : file.text.length;
}

module.exports = { LONG_CLAIM, objectsOf, placeAbove };
