import { Link } from '@tanstack/react-router'
import type { Column } from '../../parts/data-table.tsx'
import { eventName } from '../../parts/effect-values.ts'
import { plural, t } from '../../texts/translate.ts'

interface AutomationRow {
  id: string
  attributes: { name: string; trigger: { event: string }; actions: unknown[] }
}

/** What a list says of an automation: its name, when it runs and how much it does. */
export const definitionColumns = <Row extends AutomationRow>(site: string): Column<Row>[] => [
  {
    title: t('automations.name'),
    cell: ({ id, attributes }) => (
      <Link to="/s/$site/automations/$id" params={{ site, id }}>
        {attributes.name}
      </Link>
    ),
  },
  {
    title: t('automations.when'),
    cell: ({ attributes: { trigger } }) => eventName(trigger.event),
  },
  {
    title: t('automations.then'),
    isMinor: true,
    cell: ({ attributes }) => plural('automations.steps', attributes.actions.length),
  },
]
