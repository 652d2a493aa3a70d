'use strict';
/** Finds how a request shows who asks: with a token that the project's own functions make, or the server's. */
const { ABOUT_TOKENS, wordsOf } = require('../../analysis/makers.cjs');

const CLAIMS = ['sub', 'id', 'userId', 'user_id', 'email', 'username', 'role', 'roles'];

/** Return the nodes of headers that may open a door, the likeliest first. */
function credentialsOf({ values, server, facts, withRefresh }) {
  const found = [];
  for (const maker of server.makers) {
    const isAboutTokens = maker.words.some((each) => ABOUT_TOKENS.has(each)) || maker.picks;
    if (!isAboutTokens || (maker.words.includes('refresh') && !withRefresh)) continue;
    found.push(callOf(values, maker, { prefix: 'Bearer ', claims: claimsOf(values, facts) }));
  }
  return found.sort((a, b) => Number(Boolean(a.picks)) - Number(Boolean(b.picks)));
}

/** A token that @fastify/jwt signs with the secret that the server was given. */
function signedByServer(values, facts) {
  return { t: 'signed', of: claimsOf(values, facts), prefix: 'Bearer ' };
}

/** What a token may say: the usual claims that the project reads. */
function claimsOf(values, facts) {
  const known = CLAIMS.filter((each) => facts.reads.includes(each) || each === 'sub' || each === 'id');
  const roles = facts.strings.filter((each) => /^(admin|user|member|owner|editor|moderator|manager|staff|superadmin|viewer)$/i.test(each));
  const role = { t: 'value', v: roles[0] ?? 'admin' };
  const made = (key) => (key === 'role' ? role : key === 'roles' ? { t: 'list', items: [role] } : { ...values.of({ k: 'string' }, key === 'sub' ? 'user_id' : key)[0], shape: { k: 'string' } });
  return { t: 'object', props: known.map((key) => [key, made(key)]) };
}

/** A parameter that says nothing of what a token is made of gets the usual claims. */
function callOf(values, maker, { claims, ...more }) {
  const isOpen = ({ k }) => claims && ['any', 'record'].includes(k);
  const args = maker.params.filter((each) => !each.optional && !each.rest).map((each) => (isOpen(each.shape) ? claims : values.of(each.shape, each.name, 1)[0]));
  return { t: 'call', from: { file: maker.file, name: maker.name, member: maker.member, ...(maker.local && { as: maker.local }) }, isAsync: maker.isAsync, picks: maker.picks, args, ...more };
}

/** A function that gives, for the name of a text, the calls of those functions of the project that make such texts. */
function textMaker(values, server) {
  let isInside = false;
  return (name) => {
    const words = wordsOf(name ?? '');
    if (isInside || words.length === 0) return [];
    isInside = true;
    try {
      const fitting = server.makers.filter((each) => each.params.length > 0 && !each.picks && fits(each, words));
      return fitting.slice(0, 2).map((each) => callOf(values, each, {}));
    } finally {
      isInside = false;
    }
  };
}

/** `password_hash` fits to hashPassword: every word of the name is one of the function's, two at least. */
function fits(maker, words) {
  const own = new Set(wordsOf(maker.local ?? maker.name));
  return words.length > 1 && words.every((each) => own.has(each));
}

module.exports = { credentialsOf, signedByServer, textMaker };
