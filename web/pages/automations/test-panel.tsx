import { Button } from '@mantine/core'
import { useState } from 'react'
import { type TestAutomation200Meta, testAutomationDraft } from '../../api/generated.ts'
import { ContactSelect } from '../../parts/contact-select.tsx'
import { Moment } from '../../parts/dates.tsx'
import { PlayIcon } from '../../parts/icons.tsx'
import { Card } from '../../parts/page.tsx'
import { isNameable } from '../../parts/resource-names.ts'
import { ResourceSelect } from '../../parts/resource-select.tsx'
import { useAddress } from '../../parts/search.ts'
import { State, type Tone } from '../../parts/state.tsx'
import { useCurrentSite } from '../../shell/use-site.ts'
import { t, textOr } from '../../texts/translate.ts'
import { attributesOf, type Draft } from './draft.ts'
import { useParts } from './parts.ts'

interface TestPanelProps {
  draft: Draft
  isEnabled: boolean
  /** What is wrong with the draft is shown at its blocks. */
  onError: (error: unknown) => void
}

/** What the draft would do for a contact: nothing is written. */
export function TestPanel({ draft, isEnabled, onError }: TestPanelProps) {
  const { id: siteId } = useCurrentSite()
  const { search, change } = useAddress()
  const { triggers } = useParts()
  const [resourceId, setResourceId] = useState('')
  const [result, setResult] = useState<TestAutomation200Meta | null>(null)
  const [isTesting, setTesting] = useState(false)
  const type = triggers.find(({ event }) => event === draft.event)?.resource_type
  const asksResource = type && isNameable(type) && draft.resourceId === null
  async function test() {
    setTesting(true)
    onError(null)
    try {
      const { meta } = await testAutomationDraft({
        data: {
          type: 'automations',
          attributes: {
            ...attributesOf(draft),
            name: draft.name || t('automations.add'),
            enabled: isEnabled,
          },
          relationships: { site: { data: { type: 'sites', id: siteId } } },
        },
        meta: { contact_id: search.contact!, ...(asksResource && resourceId && { resource_id: resourceId }) },
      } as never)
      setResult(meta)
    } catch (error) {
      setResult(null)
      onError(error)
    } finally {
      setTesting(false)
    }
  }
  return (
    <Card title={t('automations.test')}>
      <div className="fields">
        <p>{t('automations.testText')}</p>
        <ContactSelect
          label={t('automations.testContact')}
          value={search.contact ?? ''}
          onChange={(id) => {
            setResult(null)
            change({ contact: id ?? undefined }, { replace: true })
          }}
        />
        {asksResource && (
          <ResourceSelect
            type={type}
            label={t('automations.testAbout')}
            clearable
            value={resourceId}
            onChange={(id) => setResourceId(id ?? '')}
          />
        )}
        <div>
          <Button
            variant="default"
            leftSection={<PlayIcon size={16} />}
            disabled={!search.contact}
            loading={isTesting}
            onClick={() => void test()}
          >
            {t('automations.runTest')}
          </Button>
        </div>
        <div aria-live="polite">{result && <Result result={result} />}</div>
      </div>
    </Card>
  )
}

const TONES: Record<string, Tone> = { done: 'good', skipped: 'plain', failed: 'bad' }

function Result({ result: { would_run, sentence, conditions, steps } }: { result: TestAutomation200Meta }) {
  return (
    <div className="fields">
      <div>
        <State tone={would_run ? 'good' : 'warn'}>
          {would_run ? t('automations.wouldRun') : t('automations.wouldNotRun')}
        </State>
        <p className="result-sentence">{sentence}</p>
      </div>
      {conditions && <Conditions conditions={conditions as unknown as Explained} />}
      <ol className="result-steps">
        {steps.map(({ position, state, sentence: deed, at }) => (
          <li key={position}>
            <span>{deed}</span>
            <span className="meta">
              <State tone={TONES[state] ?? 'plain'}>{textOr(`stepState.${state}`, state)}</State>
              <Moment at={at} />
            </span>
          </li>
        ))}
      </ol>
    </div>
  )
}

type Explained =
  | { is_met: boolean; all: Explained[] }
  | { is_met: boolean; any: Explained[] }
  | { is_met: boolean; sentence: string; filter: string }

const partsOf = (explained: Explained): Extract<Explained, { sentence: string }>[] => {
  if ('all' in explained) return explained.all.flatMap(partsOf)
  if ('any' in explained) return explained.any.flatMap(partsOf)
  return [explained]
}

/** Each condition, whether it is met, and the value that was found. */
export function Conditions({ conditions }: { conditions: Explained }) {
  return (
    <ul className="result-conditions">
      {partsOf(conditions).map(({ filter, is_met, sentence }) => (
        <li key={`${filter} ${sentence}`}>
          <State tone={is_met ? 'good' : 'bad'}>{is_met ? t('yes') : t('no')}</State>
          <span>{sentence}</span>
        </li>
      ))}
    </ul>
  )
}
