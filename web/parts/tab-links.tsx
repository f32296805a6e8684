import { Link } from '@tanstack/react-router'
import './tab-links.css'

interface Tab {
  key: string
  label: string
  to: string
  params: Record<string, string>
  search?: Record<string, string>
}

/** Views of one thing, each with an address of its own. */
export function TabLinks({ label, tabs }: { label: string; tabs: Tab[] }) {
  return (
    <nav className="tab-links" aria-label={label}>
      {tabs.map(({ key, label: name, to, params, search = {} }) => (
        <Link
          key={key}
          to={to}
          params={params}
          search={search as never}
          activeOptions={{ exact: true, includeSearch: false }}
          activeProps={{ 'aria-current': 'page' }}
        >
          {name}
        </Link>
      ))}
    </nav>
  )
}
