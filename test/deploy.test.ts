/** The files for production: that they are well-formed, agree with the program, and name what exists. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DockerfileParser } from 'dockerfile-ast'
import { validate } from 'dockerfile-utils'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { settings } from '../src/platform/config.ts'
import { type Harness, startHarness } from '../src/testing/harness.ts'

const root = join(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')

describe.each(['Dockerfile', 'deploy/package.Dockerfile'])('%s', (file) => {
  const stages = DockerfileParser.parse(read(file))
    .getInstructions()
    .reduce<{ name: string; text: string }[][]>((all, instruction) => {
      const name = instruction.getKeyword()
      if (name === 'FROM') all.push([])
      all.at(-1)!.push({ name, text: instruction.getArgumentsContent() ?? '' })
      return all
    }, [])
  const last = (name: string) => stages.at(-1)!.findLast((instruction) => instruction.name === name)?.text

  test('is without mistakes', () => {
    expect(validate(read(file)).map(({ message, range }) => `${range.start.line + 1}: ${message}`)).toEqual(
      [],
    )
  })

  test('ends as an ordinary user, without a shell, with a health check', () => {
    expect(last('USER')).toBe('10001:10001')
    expect(JSON.parse(last('ENTRYPOINT')!)[0]).toBe('node')
    expect(last('HEALTHCHECK')).toContain('/readyz')
    const [version] = /(?<=node:)\d+/.exec(last('FROM')!)!
    expect(Number(version)).toBe(24)
  })

  test('sets settings that exist', () => {
    const set = [...last('ENV')!.matchAll(/([A-Z_]+)=/g)].map(([, name]) => name!)
    expect(set.filter((name) => name !== 'NODE_ENV' && !Object.hasOwn(settings, name))).toEqual([])
  })
})

test('what the Dockerfile copies from the sources exists, and is all that the package has', () => {
  const copied = [...read('Dockerfile').matchAll(/\/src\/(\S+)/g)].map(([, path]) => path!)
  for (const path of copied.filter((one) => one !== 'dist')) expect(existsSync(join(root, path))).toBe(true)
  const { files } = JSON.parse(read('package.json')) as { files: string[] }
  expect(files.filter((path) => !path.startsWith('!') && !copied.includes(path))).toEqual([])
})

describe('compose.yaml', () => {
  const compose = parse(read('compose.yaml'), { merge: true })

  test('only the proxy has ports; our containers write nowhere else and have no privileges', () => {
    const services = Object.entries<Record<string, unknown>>(compose.services)
    expect(services.filter(([, { ports }]) => ports).map(([name]) => name)).toEqual(['caddy'])
    for (const [name, service] of services.filter(([, { build }]) => build))
      expect([name, service]).toEqual([
        name,
        expect.objectContaining({ read_only: true, cap_drop: ['ALL'], stop_grace_period: '45s' }),
      ])
  })

  test('its settings exist', () => {
    const names = Object.keys(compose['x-bestow'].environment).map((name) => name.replace(/_FILE$/, ''))
    expect(names.filter((name) => !Object.hasOwn(settings, name))).toEqual([])
  })
})

describe('Kubernetes', () => {
  const files = globSync('deploy/kubernetes/*.yaml', { cwd: root })
  const resources = files
    .filter((file) => !file.includes('kustomization'))
    .flatMap((file) => parseAllDocuments(read(file)).map((document) => document.toJS()))

  test('every manifest is listed', () => {
    const { resources: listed } = parse(read('deploy/kubernetes/kustomization.yaml'))
    expect(listed.map((file: string) => `deploy/kubernetes/${file}`).sort()).toEqual(
      files.filter((file) => !file.includes('kustomization')).sort(),
    )
  })

  test('every pod runs as an ordinary user, and has settings that exist', () => {
    const pods = resources
      .filter(({ kind }) => /^(Deployment|Job)$/.test(kind))
      .map(({ spec }) => spec.template.spec)
    expect(pods).toHaveLength(3)
    for (const pod of pods) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 10001 })
      expect(pod.containers[0].securityContext.readOnlyRootFilesystem).toBe(true)
    }
    const given = resources.flatMap(({ data, stringData }) => Object.keys({ ...data, ...stringData }))
    expect(given.filter((name) => !Object.hasOwn(settings, name))).toEqual([])
  })

  test('services and budgets select pods that exist', () => {
    const labels = resources.flatMap(({ spec }) =>
      spec?.template ? [JSON.stringify(spec.template.metadata.labels)] : [],
    )
    const selectors = resources.flatMap(({ kind, spec }) =>
      kind === 'Service'
        ? [spec.selector]
        : kind === 'PodDisruptionBudget'
          ? [spec.selector.matchLabels]
          : [],
    )
    expect(selectors).toHaveLength(3)
    for (const selector of selectors) expect(labels).toContain(JSON.stringify(selector))
  })
})

test.each(['server', 'worker'])('the unit of the %s is what systemd expects', (part) => {
  const text = read(`deploy/systemd/bestow-${part}.service`)
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.filter((line) => !/^(\[(Unit|Service|Install)\]|[A-Z][A-Za-z]+=.*)$/.test(line))).toEqual([])
  expect(text).toMatch(new RegExp(`^ExecStart=.*bestow.js ${part === 'server' ? 'serve' : 'worker'}$`, 'm'))
  const set = [...text.matchAll(/([A-Z_]{4,}?)(?:_FILE)?=[%/]/g)].map(([, name]) => name!)
  expect(set).toEqual(['SECRET_KEY', 'DATABASE_URL', 'DATA_DIR'])
})

describe('monitoring', () => {
  let h: Harness
  let exported: Set<string>

  beforeAll(async () => {
    h = await startHarness()
    await h.client.get('/v1/me')
    const texts = await Promise.all(
      ['/metrics', '/metrics/database'].map(async (path) => (await fetch(h.url + path)).text()),
    )
    exported = new Set(
      texts.flatMap((text) => [...text.matchAll(/^# TYPE (\w+)/gm)].map(([, name]) => name!)),
    )
  })
  afterAll(() => h.close())

  const metricsIn = (text: string) =>
    [...text.matchAll(/\b(?:bestow|process|nodejs)_\w+/g)].map(([name]) => name)
  const nameOf = (metric: string) =>
    metric.replace(/^(bestow_http_request_seconds)_(count|bucket|sum)$/, '$1')
  const missing = (text: string) => metricsIn(text).filter((metric) => !exported.has(nameOf(metric)))

  test.each(['deploy/grafana/dashboard.json', 'deploy/prometheus/alerts.yaml'])(
    'the metrics in %s exist',
    (file) => {
      expect(metricsIn(read(file)).length).toBeGreaterThan(5)
      expect(missing(read(file))).toEqual([])
    },
  )

  test('planted fault: a metric that does not exist is found', () => {
    expect(missing('sum(rate(bestow_gifts_total[5m]))')).toEqual(['bestow_gifts_total'])
  })

  test('the dashboard can be imported as it is', () => {
    const dashboard = JSON.parse(read('deploy/grafana/dashboard.json'))
    expect(dashboard.__inputs).toBeUndefined()
    for (const { datasource, targets } of dashboard.panels)
      for (const one of [datasource, ...targets.map((target: { datasource: object }) => target.datasource)])
        expect(one).toEqual({ type: 'prometheus', uid: `\${datasource}` })
  })

  test('every alert is in the chapter on production, with what to do', () => {
    const { groups } = parse(read('deploy/prometheus/alerts.yaml'))
    const alerts = groups.flatMap(({ rules }: { rules: { alert: string }[] }) =>
      rules.map(({ alert }) => alert),
    )
    for (const alert of alerts) expect(read('docs/production.md')).toContain(`| \`${alert}\` |`)
  })

  test('kinds and jobs that alerts name exist', async () => {
    const text = await (await fetch(`${h.url}/metrics/database`)).text()
    expect(text).toContain('bestow_pending{kind="event"}')
  })
})

test.each(
  globSync(['.github/**/*.yml', 'compose.yaml', 'deploy/**/*.yaml'], { cwd: root, dot: true } as object),
)('%s is well-formed', (file) => {
  for (const { errors } of parseAllDocuments(read(file), { merge: true })) expect(errors).toEqual([])
})
