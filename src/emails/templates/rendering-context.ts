import { Context } from 'liquidjs'

/** What a rendering knows besides its data. */
export class RenderingContext extends Context {
  /** The time by the application's clock. */
  readonly now: Date

  constructor(now: Date, ...parameters: ConstructorParameters<typeof Context>) {
    super(...parameters)
    this.now = now
  }
}
