'use strict';
/** What files read of the headers of requests, and of their cookies. */

const COOKIES = /\b(re?q\w*|ctx|context)\.(signedCookies|cookies)$/;

/** Names of headers that files read: `headers['x-token']` and `headers.authorization`. */
function headersReadIn(ts, files) {
  const found = new Set();
  const read = (node, file) => {
    const isElement = ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression);
    if (isElement && /headers$/.test(node.expression.getText(file))) found.add(node.argumentExpression.text.toLowerCase());
    if (ts.isPropertyAccessExpression(node) && /\bre?q\w*\.headers$/.test(node.expression.getText(file))) found.add(node.name.text.toLowerCase());
  };
  for (const file of files) visit(ts, file, (node) => read(node, file));
  return [...found];
}

/** Names of cookies that files read: `request.cookies.theme`, `req.cookies['theme']` and `const { theme } = req.cookies`. */
function cookiesReadIn(ts, files) {
  const found = new Set();
  const read = (node, file) => {
    const isOf = (owner) => COOKIES.test(owner.getText(file).replace(/[?!]/g, ''));
    if (ts.isPropertyAccessExpression(node) && isOf(node.expression)) found.add(node.name.text);
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression) && isOf(node.expression)) found.add(node.argumentExpression.text);
    if (ts.isVariableDeclaration(node) && node.initializer && ts.isObjectBindingPattern(node.name) && isOf(node.initializer)) {
      for (const each of node.name.elements) found.add((each.propertyName ?? each.name).getText(file));
    }
  };
  for (const file of files) visit(ts, file, (node) => read(node, file));
  return [...found];
}

function visit(ts, node, look) {
  look(node);
  ts.forEachChild(node, (each) => visit(ts, each, look));
}

module.exports = { cookiesReadIn, headersReadIn };
