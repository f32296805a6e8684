import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { type Command, Option } from 'commander'
import { VERSION } from '../platform/version.ts'
import { VITEST } from './init-vitest.ts'
import { type OutputOptions, print, subcommand } from './output.ts'

/** The folder of the package, or of the clone: it has the files that are deployed. */
const ROOT = resolve(import.meta.dirname, '../..')

interface InitOptions extends OutputOptions {
  force?: boolean
  domain?: string
}

export interface NewFile {
  path: string
  text: string
  /** Only for the owner, unless it says otherwise. */
  mode?: number
}

/** What is written, and what to do then. */
export interface Plan {
  files: NewFile[]
  next: string[]
}

const PLANS: Record<string, { description: string; make: (domain: string) => Plan | Promise<Plan> }> = {
  env: { description: 'write .env with settings for production and a new SECRET_KEY', make: planEnv },
  compose: {
    description: 'write compose.yaml with what it needs: a server on one machine, in containers',
    make: planCompose,
  },
  systemd: { description: 'write units for systemd: a server and a worker', make: planSystemd },
}

export function initCommands(program: Command): void {
  const init = program
    .command('init')
    .description('write files into this folder: for production, or a first test of your code')
  subcommand(init, 'vitest', 'write a test with a server of its own, for vitest')
    .option('--force', 'overwrite files')
    .action((options: InitOptions) => write(options, VITEST))
  for (const [name, { description, make }] of Object.entries(PLANS))
    subcommand(init, name, description)
      .addOption(new Option('--domain <name>', 'host name of the server').default('members.example.com'))
      .option('--force', 'overwrite files')
      .action(async (options: InitOptions) => write(options, await make(parseDomain(options.domain!))))
}

function parseDomain(given: string): string {
  const name = given.toLowerCase()
  if (/^(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]*[a-z0-9])$/.test(name))
    return name
  throw new Error(`--domain must be a host name such as members.example.com, not "${given}".`)
}

/** All of the files, or none. */
async function write({ json, force = false }: InitOptions, { files, next }: Plan): Promise<void> {
  const existing = files.map(({ path }) => path).filter((path) => existsSync(path))
  if (existing.length > 0 && !force)
    throw new Error(`There is already ${existing.join(', ')}. Nothing was written; --force overwrites.`)
  for (const { path, text, mode = 0o600 } of files) {
    await mkdir(dirname(path), { recursive: true, mode: dirname(path) === 'secrets' ? 0o700 : 0o755 })
    await writeFile(path, text, { mode })
    // Of a file that was there, writing keeps the mode.
    await chmod(path, mode)
  }
  const written = files.map(({ path }) => path)
  print({ json }, { written, next }, [...written.map((path) => `Wrote ${path}`), '', ...next])
}

const PUBLIC = 0o644

const newSecret = (): string => randomBytes(32).toString('base64')

async function planEnv(domain: string): Promise<Plan> {
  const text = `# Settings of Bestow for production; docs/settings.md lists all of them.
# Keep SECRET_KEY, apart from backups of the database: it signs tokens and links, and encrypts secrets.
SECRET_KEY=${newSecret()}
DATABASE_URL=postgres://bestow:password@127.0.0.1:5432/bestow
PUBLIC_URL=https://${domain}
TRUST_PROXY=1
# Without a mail server no e-mail is sent, so nobody can sign in.
#SMTP_URL=smtp://user:password@mail.example.com:587
#MAIL_FROM=hello@${domain}
METRICS_TOKEN=${randomBytes(24).toString('base64url')}
`
  return {
    files: [{ path: '.env', text }],
    next: ['Complete .env, then: set -a; . ./.env; set +a; npx bestow serve'],
  }
}

async function planCompose(domain: string): Promise<Plan> {
  const password = randomBytes(24).toString('base64url')
  const dockerfile = (await shipped('deploy/package.Dockerfile')).replace(
    'bestow@VERSION',
    `bestow@${VERSION}`,
  )
  const secret = (name: string, text: string): NewFile => ({
    path: `secrets/${name}`,
    text,
    // The containers have another user; only the owner of the folder gets here.
    mode: 0o444,
  })
  return {
    files: [
      { path: 'compose.yaml', text: await shipped('compose.yaml'), mode: PUBLIC },
      { path: 'Dockerfile', text: dockerfile, mode: PUBLIC },
      { path: 'deploy/Caddyfile', text: await shipped('deploy/Caddyfile'), mode: PUBLIC },
      {
        path: '.env',
        text: `# Settings of compose.yaml.
DOMAIN=${domain}
# Without a mail server no e-mail is sent, so nobody can sign in.
SMTP_URL=
MAIL_FROM=
METRICS_TOKEN=${randomBytes(24).toString('base64url')}
`,
      },
      secret('secret_key', newSecret()),
      secret('postgres_password', password),
      secret('database_url', `postgres://bestow:${password}@postgres:5432/bestow`),
    ],
    next: [
      'Complete .env, then: docker compose up --detach --wait',
      'The log of the server has the link that sets up the first account: docker compose logs server',
      'Keep secrets/secret_key in another place too, apart from backups of the database.',
    ],
  }
}

async function planSystemd(domain: string): Promise<Plan> {
  const program = resolve(ROOT, 'bin', 'bestow.js')
  const unit = async (name: string): Promise<NewFile> => ({
    path: name,
    text: (await shipped(`deploy/systemd/${name}`))
      .replace('/usr/bin/env node', process.execPath)
      .replace('/opt/bestow/node_modules/bestow/bin/bestow.js', program),
    mode: PUBLIC,
  })
  const settings = (await shipped('deploy/systemd/bestow.env')).replaceAll('members.example.com', domain)
  return {
    files: [
      await unit('bestow-server.service'),
      await unit('bestow-worker.service'),
      { path: 'bestow.env', text: settings },
      { path: 'secret_key', text: newSecret() },
      { path: 'database_url', text: 'postgres://bestow:password@127.0.0.1:5432/bestow' },
    ],
    next: [
      'Complete bestow.env and database_url, then as root:',
      '  useradd --system --home-dir /var/lib/bestow bestow',
      '  install -d -m 700 /etc/bestow && mv bestow.env secret_key database_url /etc/bestow/',
      '  mv bestow-server.service bestow-worker.service /etc/systemd/system/',
      '  systemctl daemon-reload && systemctl enable --now bestow-server bestow-worker',
    ],
  }
}

const shipped = (path: string): Promise<string> => readFile(join(ROOT, path), 'utf8')
