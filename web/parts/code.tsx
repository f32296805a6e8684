import { Button, CopyButton } from '@mantine/core'
import { t } from '../texts/translate.ts'
import { CheckIcon, CopyIcon } from './icons.tsx'

/** A command or a secret, with a button that copies it. */
export function Code({ code, label, onCopied }: { code: string; label: string; onCopied?: () => void }) {
  return (
    <div className="code">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls. */}
      <section className="code-scroll" tabIndex={0} aria-label={label}>
        <pre>{code}</pre>
      </section>
      <CopyButton value={code}>
        {({ copied, copy }) => (
          <Button
            size="xs"
            variant="default"
            leftSection={copied ? <CheckIcon size={14} /> : <CopyIcon size={14} />}
            onClick={() => {
              copy()
              onCopied?.()
            }}
          >
            {copied ? t('code.copied') : t('code.copy')}
          </Button>
        )}
      </CopyButton>
    </div>
  )
}

/** The curl command of a request with a token. A URL with a query is quoted: zsh takes a `?` for a pattern. */
export function curl(method: string, path: string, body?: unknown): string {
  const lines = [
    `curl${method === 'GET' ? '' : ` -X ${method}`} ${path.includes('?') ? `'${location.origin}${path}'` : `${location.origin}${path}`}`,
    `  -H "Authorization: Bearer $TOKEN"`,
    ...(body === undefined
      ? []
      : [
          `  -H 'Content-Type: application/vnd.api+json'`,
          `  -d '${JSON.stringify(body).replaceAll("'", "'\\''")}'`,
        ]),
  ]
  return lines.join(' \\\n')
}
