/** Tells a story to the server and to the model, step by step, and holds what both say against each other. */
import { isDeepStrictEqual } from 'node:util'
import type { Act, Answer } from './acts.ts'
import type { Choice, SoFar } from './choices.ts'
import { Divergence } from './divergence.ts'
import { act } from './rules/act.ts'
import { factsOf } from './rules/facts.ts'
import { newWorld, type World } from './rules/world.ts'
import { factsOn } from './server/facts.ts'
import { perform } from './server/perform.ts'
import { Stage } from './server/stage.ts'
import type { Theatre } from './server/theatre.ts'
import type { Story } from './stories.ts'

/** What came of a step. */
export interface Outcome {
  answers: Answer[]
  facts: string[]
}

/** What would come of a step if its acts were done one after another in this order. */
export interface Foreseen extends Outcome {
  order: number[]
  world: World
}

export interface Told {
  acts: Act[]
  answers: Answer[]
}

/** @throws Divergence */
export async function tell(theatre: Theatre, story: Story): Promise<void> {
  const stage = await Stage.set(theatre, story)
  const told: Told[] = []
  let world = newWorld(story.confirms)
  for (const step of story.steps) {
    const acts = decide(step, { world, acts: told.flatMap((earlier) => earlier.acts) })
    const seen = await play(stage, acts)
    const foreseen = ordersOf(acts.length).map((order) => foresee(world, acts, order))
    told.push({ acts, answers: seen.answers })
    const fitting = foreseen.find(({ answers, facts }) => isDeepStrictEqual({ answers, facts }, seen))
    if (!fitting) throw new Divergence(told, seen, foreseen)
    world = fitting.world
  }
}

function decide(step: Choice[], { world, acts }: SoFar): Act[] {
  const decided: Act[] = []
  for (const choice of step) decided.push(choice({ world, acts: [...acts, ...decided] }))
  return decided
}

async function play(stage: Stage, acts: Act[]): Promise<Outcome> {
  const readers = await Promise.all(acts.map((one) => perform(stage, one).catch(broken)))
  await stage.read()
  return { answers: readers.map((read) => read()), facts: factsOn(stage, isSettled(acts)) }
}

/** An answer that is not as documented is told in the story as well. */
const broken = (error: Error) => () => `broken: ${error.message}`

function foresee(before: World, acts: Act[], order: number[]): Foreseen {
  const world = structuredClone(before)
  const answers: Answer[] = []
  for (const index of order) answers[index] = act(world, acts[index]!)
  return { order, world, answers, facts: factsOf(world, isSettled(acts)) }
}

const isSettled = (acts: Act[]) => acts.every((one) => one.do === 'settle')

/** All orders of so many things. */
function ordersOf(count: number): number[][] {
  if (count === 0) return [[]]
  return ordersOf(count - 1).flatMap((order) =>
    Array.from({ length: count }, (_, place) => order.toSpliced(place, 0, count - 1)),
  )
}
