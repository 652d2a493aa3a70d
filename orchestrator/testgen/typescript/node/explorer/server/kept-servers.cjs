'use strict';
/** Servers that answer more than one request, because making one takes longest: methods of `Assembly`. */
const MOST_PASSING = 12; // servers with a mutant that are kept

const KEEPING = {
  /**
   * Return a server for a request: the one of the request before, unless a fresh one is asked for or the mutant that is
   * switched on changes how servers are made. What making it reached counts for every request.
   */
  async serverFor(way, { scene, args, isFresh }) {
    const { state, kept } = this;
    const { active } = state;
    if (active >= 0 && this.making.has(active)) return this.passing(way, scene, args);
    const key = JSON.stringify(args);
    if (!isFresh && kept?.key === key && this.isFit(kept, way)) {
      for (const each of kept.hits) state.hits.add(each);
      for (const each of kept.touched) state.touched.add(each);
      return kept.app;
    }
    this.kept = undefined;
    await kept?.app.close();
    scene.close();
    state.active = -1; // what is touched is only noted while no mutant is on
    const app = await this.made(way, { scene, args }).finally(() => { state.active = active; });
    this.kept = { app, way, key, world: this.world.snapshot(), uses: 0, hits: new Set(state.hits), touched: new Set(state.touched) };
    for (const each of state.touched) this.making.add(each);
    return app;
  },

  /** Say whether a server may answer once more; one that was imported brings back the modules that it was imported with. */
  isFit(kept, way) {
    const isOf = kept.world.loaded === this.world.module();
    if (kept.way !== way || kept.uses >= this.mostUses || (!isOf && way.kind !== 'instance')) return false;
    kept.uses += 1;
    if (!isOf) this.world.use(kept.world);
    return true;
  },

  /** A server that was made with the mutant that is switched on. */
  async passing(way, scene, args) {
    const { active } = this.state;
    const key = `${active}|${JSON.stringify(args)}`;
    const kept = this.mutated.get(key);
    if (kept && this.isFit(kept, way)) return kept.app;
    this.mutated.delete(key);
    await kept?.app.close();
    scene.close();
    const app = await this.made(way, { scene, args });
    this.mutated.set(key, { app, way, world: this.world.snapshot(), uses: 0 });
    if (this.mutated.size > MOST_PASSING) await this.closeFirst();
    return app;
  },

  async closeFirst() {
    const [[key, { app }]] = this.mutated;
    this.mutated.delete(key);
    await app.close();
  },
};

module.exports = { KEEPING };
