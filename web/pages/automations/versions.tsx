import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import {
  type ListAutomationVersions200DataAttributesVersionsItem,
  listAutomationVersions,
} from '../../api/generated.ts'
import { Moment } from '../../parts/dates.tsx'
import { Dialog } from '../../parts/dialog.tsx'
import { Card } from '../../parts/page.tsx'
import { useAddress } from '../../parts/search.ts'
import { plural, t } from '../../texts/translate.ts'
import { Definition } from './definition.tsx'
import type { Saved } from './draft.ts'

type Version = ListAutomationVersions200DataAttributesVersionsItem

/** The versions of an automation, the newest first. They are read again with its runs. */
export function useVersions(id: string): Version[] | undefined {
  const { data } = useQuery({
    queryKey: ['automation_runs', 'versions', id],
    queryFn: ({ signal }) => listAutomationVersions(id, { signal }),
  })
  return data?.data.attributes.versions
}

/** Which version does what, and how many runs follow it. */
export function Versions({ versions }: { versions: Version[] }) {
  const { search, change } = useAddress()
  const shown = versions.find(({ version }) => String(version) === search.version)
  return (
    <Card title={t('automations.versions')}>
      <ul className="lines">
        {versions.map(({ version, created_at, active_runs }) => (
          <li key={version} className="line">
            <Link to="." search={{ ...search, version: String(version) } as never}>
              {t('automations.version', { version })}
            </Link>
            <span className="meta">
              <Moment at={created_at} />
            </span>
            {active_runs > 0 && <span className="line-actions">{plural('runs.active', active_runs)}</span>}
          </li>
        ))}
      </ul>
      {shown && (
        <Dialog
          onClose={() => change({ version: undefined })}
          title={t('automations.version', { version: shown.version })}
        >
          <Definition {...(shown as unknown as Saved)} />
        </Dialog>
      )}
    </Card>
  )
}
