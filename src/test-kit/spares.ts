import { makeServer, type Place, type ReadyServer } from './servers.ts'

/** Two: tests that start at the same time mostly do so in a few processes. */
const COUNT = 2

/** Servers that are made before somebody asks for them, one after the other. */
export class Spares {
  readonly #place: Place
  readonly #ready: Promise<ReadyServer>[] = []
  #last: Promise<unknown> = Promise.resolve()

  constructor(place: Place) {
    this.#place = place
  }

  /** The one that is ready first, or will be. */
  take(): Promise<ReadyServer> {
    const taken = this.#ready.shift() ?? this.#make()
    // Once this one is in use: what makes the next takes time from it.
    taken.then(
      () => setImmediate(() => this.#fill()),
      () => {},
    )
    return taken
  }

  /** Those that nobody has asked for. */
  rest(): Promise<ReadyServer>[] {
    return this.#ready.splice(0)
  }

  #fill(): void {
    while (this.#ready.length < COUNT) this.#ready.push(this.#make())
  }

  #make(): Promise<ReadyServer> {
    const made = this.#last.then(() => makeServer(this.#place))
    // Who takes it gets the error.
    made.catch(() => {})
    this.#last = made.catch(() => {})
    return made
  }
}
