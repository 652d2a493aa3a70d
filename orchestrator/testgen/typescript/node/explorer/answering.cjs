'use strict';
/** Cases that differ from another one in what was answered: many things show only behind two such answers. */

const FAULT = { t: 'code', code: "new Error('connection lost')", make: () => new Error('connection lost'), isFault: true, answer: true };
const MOST_DEEPENED = 12;

class Answering {
  /** `most` is how many other answers each query gets. */
  constructor(values, most) {
    Object.assign(this, { values, most });
    this.done = new Set();
  }

  /** A case with each of `answered`, which is [{key, node}], in other ways: nothing, something else, an error. */
  *otherwise(base, answered) {
    for (const { key, node } of answered) {
      const options = node.union || node.shape ? this.values.of(node.union ?? node.shape, node.name ?? '', 1).slice(1, this.most) : [];
      for (const option of [...options, FAULT]) yield { ...base, answers: new Map(base.answers).set(key, { ...option, answer: true }) };
    }
  }

  /** The same for what was worth keeping of a growing list of cases. */
  *deepened(corpus) {
    for (let count = 0; count < MOST_DEEPENED; count += 1) {
      const item = corpus?.find((each) => each.answers.size > 0 && !this.done.has(each));
      if (!item) return;
      this.done.add(item);
      yield* this.otherwise(item, [...item.answers].map(([key, node]) => ({ key, node })));
    }
  }
}

module.exports = { Answering };
