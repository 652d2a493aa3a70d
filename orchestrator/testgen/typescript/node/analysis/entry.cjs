'use strict';
/** What a folder offers: the exports of its index, wherever they are declared; without an index those of all modules. */
const path = require('node:path');

function ofEntry({ checker }, module, files, subjects) {
  const at = module.files.findIndex((each) => /^index\.[cm]?[jt]sx?$/.test(path.basename(each)));
  const symbol = at < 0 ? undefined : checker.getSymbolAtLocation(files[at]);
  if (!symbol) return subjects;
  const offered = new Set(checker.getExportsOfModule(symbol).map((each) => each.name));
  const found = subjects.filter((each) => offered.has(each.export) || each.kind.startsWith('graphql')).map((each) => (offered.has(each.export) ? { ...each, file: module.files[at] } : each));
  return found.length > 0 ? found : subjects;
}

module.exports = { ofEntry };
