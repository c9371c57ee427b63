/**
 * Who hears which topic. Socket.IO brings this: there a topic is called a room. A message to a room with ten listeners
 * looks at these ten, and not at everybody who is connected.
 */
export class Audience<Listener> {
  readonly #byTopic = new Map<string, Set<Listener>>();

  /** From now on this listener hears these topics. Returns the function that ends it. */
  join(topics: readonly string[], listener: Listener): () => void {
    for (const topic of topics) {
      const listeners = this.#byTopic.get(topic) ?? new Set();
      this.#byTopic.set(topic, listeners.add(listener));
    }
    return () => {
      for (const topic of topics) {
        const listeners = this.#byTopic.get(topic);
        listeners?.delete(listener);
        if (listeners?.size === 0) this.#byTopic.delete(topic);
      }
    };
  }

  /** All who hear at least one of these topics, each once. */
  at(topics: readonly string[]): Iterable<Listener> {
    const sets = topics.flatMap((topic) => this.#byTopic.get(topic) ?? []);
    return sets.length === 1 ? sets[0]! : new Set(sets.flatMap((set) => [...set]));
  }
}
