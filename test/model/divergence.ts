import type { Command } from './commands.ts'
import type { Executed, Prediction, StepResult } from './run-scenario.ts'

/** A difference between the server and the model. Its message is the scenario up to there, and the lines that differ. */
export class Divergence extends Error {
  constructor(executed: Executed[], observed: StepResult, predictions: Prediction[]) {
    super([...executed.map(stepLine), ...predictions.map((one) => differences(observed, one))].join('\n'))
    this.name = 'Divergence'
  }
}

function stepLine({ commands, results }: Executed, index: number): string {
  const lines = commands.map(
    (one, i) => `${commandLine(one)}\n         ${results[i]!.replaceAll('\n', '\n         ')}`,
  )
  const number = `${index + 1}.`.padStart(4)
  if (commands.length === 1) return `${number} ${lines[0]}`
  return [
    `${number} concurrently:`,
    ...lines.map((line, i) => `      ${letter(i)}) ${line.replaceAll('\n', '\n    ')}`),
  ].join('\n')
}

const letter = (index: number) => 'abc'[index]!

/** As in: grant {"parent":"contacts","who":"#1","offers":["Gift"]} */
function commandLine({ type, ...rest }: Command): string {
  return Object.keys(rest).length > 0 ? `${type} ${JSON.stringify(rest)}` : type
}

function differences(observed: StepResult, prediction: Prediction): string {
  const ofServer = linesOf(observed)
  const ofModel = linesOf(prediction)
  const order = prediction.order.map(letter).join(', ')
  return [
    prediction.order.length > 1 ? `\nIn the order ${order}:` : '',
    ...without(ofServer, ofModel).map((line) => `  server: ${line}`),
    ...without(ofModel, ofServer).map((line) => `  model:  ${line}`),
  ].join('\n')
}

const linesOf = ({ results, facts }: StepResult) => [
  ...results.flatMap((result, i) => result.split('\n').map((line) => `result ${letter(i)}: ${line}`)),
  ...facts,
]

/** The lines of `some` that remain when each of `others` has removed one equal line. */
function without(some: string[], others: string[]): string[] {
  const left = [...others]
  return some.filter((line) => {
    const place = left.indexOf(line)
    if (place !== -1) left.splice(place, 1)
    return place === -1
  })
}
