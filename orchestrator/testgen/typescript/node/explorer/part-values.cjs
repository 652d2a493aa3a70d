'use strict';
/** Values for what is made in part: a request, a reply, the settings of an application. Mixed into `Values`. */

const NOTHING = { t: 'value', v: undefined };

const PARTS = {
  /** The part that is used of something larger: with all that is read of it, then without, then with something else. */
  partialValues(shape, name, depth) {
    const options = shape.props.map((each) => this.of(each.shape, each.name, depth + 0.5));
    const natural = options.map((each) => each.find((one) => one.v !== undefined || one.t !== 'value') ?? each[0]);
    const make = (index, node) => ({ t: 'stub', partial: true, props: shape.props.map((each, at) => [each.name, at === index ? node : natural[at]]).filter(([, one]) => one !== undefined) });
    const found = [make(-1)];
    shape.props.forEach((each, at) => { if (each.optional) found.push(make(at, undefined)); });
    const most = depth <= 1 ? 10 : 5;
    shape.props.forEach((each, at) => options[at].filter((one) => one !== natural[at]).slice(0, most).forEach((node) => found.push(make(at, node))));
    return found;
  },

  /** A function of something that is made in part: whoever calls it is noted. */
  methodValues(shape, name, depth) {
    if (shape.fluent) return [{ t: 'fn', spy: true, fluent: true, returns: NOTHING }];
    return this.functionValues(shape, name, depth).filter((each) => !each.echo).map((each) => ({ ...each, spy: true }));
  },
};

module.exports = { PARTS };
