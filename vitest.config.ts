import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'
import { filesLeftOut } from './test/depth.ts'
import { SlowestTests } from './test/slowest.ts'

/** Those that take minutes go first: else one of them is still under way when all others have ended. */
const LONGEST = ['test/model', 'test/reliability', 'test/']

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const index = LONGEST.findIndex((folder) => moduleId.startsWith(`${import.meta.dirname}/${folder}`))
      return index === -1 ? LONGEST.length : index
    }
    return files.toSorted((a, b) => rank(a) - rank(b))
  }
}

/** A file that is named on the command line runs on every day. */
const isNamed = (file: string) =>
  process.argv.slice(2).some((argument) => !argument.startsWith('-') && file.includes(argument))

/** A test that replaces a module needs modules of its own. */
const REPLACES_MODULES = 'src/**/*.isolated.test.ts'

export default defineConfig({
  test: {
    globalSetup: ['src/testing/global-setup.ts'],
    // Timings are not tests: the limits only end what hangs, also on a machine that is busy with other things.
    testTimeout: 600_000,
    hookTimeout: 300_000,
    setupFiles: ['test/clean-up.ts'],
    // On two cores: much of the time of trials is waiting.
    maxWorkers: 3,
    reporters: ['default', new SlowestTests()],
    sequence: { sequencer: LongestFirst },
    projects: [
      // The files of one worker share the modules: loading them takes longer than most of the tests.
      {
        test: {
          name: 'shared',
          include: ['{src,test,bench}/**/*.test.ts'],
          exclude: [REPLACES_MODULES, ...filesLeftOut().filter((file) => !isNamed(file))],
          isolate: false,
          // Collecting garbage in the default space for new objects takes a tenth of the processor time.
          execArgv: ['--max-semi-space-size=64', '--min-semi-space-size=32'],
        },
      },
      { test: { name: 'isolated', include: [REPLACES_MODULES] } },
    ],
  },
})
