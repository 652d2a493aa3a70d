'use strict';
/** What a file exports, whether it is an ES module or a script of CommonJS. */

/** The symbols that a test can import by name. */
function exportsOf(checker, file) {
  const module = moduleOf(checker, file);
  if (!module) return [];
  const whole = wholeOf(checker, file);
  const found = checker.getExportsOfModule(module).filter((each) => !whole || each.name !== 'prototype');
  return found.length > 0 || !whole || isCalled(whole) ? found : whole.getProperties();
}

/** The function or class that a script of CommonJS is as a whole (`module.exports = …`). */
function exportedWhole(checker, file) {
  const whole = wholeOf(checker, file);
  return whole && isCalled(whole) ? whole.symbol : undefined;
}

/** The type of what is assigned to `module.exports`. */
function wholeOf(checker, file) {
  const place = file.commonJsModuleIndicator && file.symbol?.exports?.get('export=')?.valueDeclaration;
  return place?.right && checker.getTypeAtLocation(place.right);
}

function isCalled(type) {
  return type.getCallSignatures().length + type.getConstructSignatures().length > 0;
}

function moduleOf(checker, file) {
  return checker.getSymbolAtLocation(file) ?? (file.commonJsModuleIndicator ? file.symbol : undefined);
}

module.exports = { exportedWhole, exportsOf };
