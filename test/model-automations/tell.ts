/** Tells the stories of an evening to the server and to the model, and holds what both say against each other. */
import { isDeepStrictEqual } from 'node:util'
import type { Evening, Story } from './acts.ts'
import { readFacts } from './facts.ts'
import { perform } from './perform.ts'
import { imagine } from './rules.ts'
import type { Server } from './server.ts'
import { setStages } from './stages.ts'

/** A story that the server and the model tell differently. */
export interface Divergence {
  story: Story
  server: string[]
  model: string[]
}

export async function tell(server: Server, { hours, stories }: Evening): Promise<Divergence | null> {
  const { app } = server.h
  const stages = await setStages(app, stories.length)
  for (const [index, more] of hours.entries()) {
    server.moveBy(more)
    await server.settle()
    await Promise.all(
      stories.map(async (story, n) => {
        if (story[index]) await perform(app, stages[n]!, story[index])
      }),
    )
    await server.settle()
  }
  const facts = await readFacts(app, stages)
  for (const [n, story] of stories.entries()) {
    const model = imagine(story, hours)
    if (!isDeepStrictEqual(facts[n], model)) return { story, server: facts[n]!, model }
  }
  return null
}

/** The same story with as many acts left out as it takes to diverge. */
export async function shorten(server: Server, hours: number[], found: Divergence): Promise<Divergence> {
  let shortest = found
  for (let index = found.story.length - 1; index >= 0; index--) {
    const shorter = shortest.story.with(index, { do: 'rest' })
    shortest = (await tell(server, { hours, stories: [shorter] })) ?? shortest
  }
  return shortest
}

export function describe(hours: number[], { story, server, model }: Divergence): string {
  return [
    ...story.flatMap((act, index) =>
      act.do === 'rest' ? [] : [`  ${index + 1}. after ${hours[index]} hours: ${JSON.stringify(act)}`],
    ),
    ...server.filter((line) => !model.includes(line)).map((line) => `  server: ${line}`),
    ...model.filter((line) => !server.includes(line)).map((line) => `  model:  ${line}`),
  ].join('\n')
}
