import type { Act } from './acts.ts'
import type { Foreseen, Outcome, Told } from './tell.ts'

/** The server and the model differ. Its message is the story so far, and where they part. */
export class Divergence extends Error {
  constructor(told: Told[], seen: Outcome, foreseen: Foreseen[]) {
    super([...told.map(stepLine), ...foreseen.map((one) => differences(seen, one))].join('\n'))
    this.name = 'Divergence'
  }
}

function stepLine({ acts, answers }: Told, index: number): string {
  const lines = acts.map(
    (one, i) => `${actLine(one)}\n         ${answers[i]!.replaceAll('\n', '\n         ')}`,
  )
  const number = `${index + 1}.`.padStart(4)
  if (acts.length === 1) return `${number} ${lines[0]}`
  return [
    `${number} at once:`,
    ...lines.map((line, i) => `      ${letter(i)}) ${line.replaceAll('\n', '\n    ')}`),
  ].join('\n')
}

const letter = (index: number) => 'abc'[index]!

/** As in: grant {"door":"contacts","who":"#1","offers":["Gift"]} */
function actLine({ do: does, ...rest }: Act): string {
  return Object.keys(rest).length > 0 ? `${does} ${JSON.stringify(rest)}` : does
}

function differences(seen: Outcome, foreseen: Foreseen): string {
  const ofServer = linesOf(seen)
  const ofModel = linesOf(foreseen)
  const order = foreseen.order.map(letter).join(', ')
  return [
    foreseen.order.length > 1 ? `\nIn the order ${order}:` : '',
    ...without(ofServer, ofModel).map((line) => `  server: ${line}`),
    ...without(ofModel, ofServer).map((line) => `  model:  ${line}`),
  ].join('\n')
}

const linesOf = ({ answers, facts }: Outcome) => [
  ...answers.flatMap((answer, i) => answer.split('\n').map((line) => `answer ${letter(i)}: ${line}`)),
  ...facts,
]

/** The lines that are left of `some` when each of `others` has taken one of its like. */
function without(some: string[], others: string[]): string[] {
  const left = [...others]
  return some.filter((line) => {
    const place = left.indexOf(line)
    if (place !== -1) left.splice(place, 1)
    return place === -1
  })
}
