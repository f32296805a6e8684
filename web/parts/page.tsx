import { useLocation } from '@tanstack/react-router'
import { type ReactNode, useEffect, useRef } from 'react'

interface HeadingProps {
  title: string
  /** Above the title: the way back. */
  back?: ReactNode
  /** Beside the title: its state. */
  state?: ReactNode
  /** Below the title. */
  lead?: ReactNode
  /** On the right: at most one of them is the primary action. */
  actions?: ReactNode
}

/** The browser begins at the top of the first page. */
let isFirstPage = true

/** The head of a page. After a change of page it has the focus, so that a screen reader begins there. */
export function Heading({ title, back, state, lead, actions }: HeadingProps) {
  const heading = useRef<HTMLHeadingElement>(null)
  const { pathname } = useLocation()
  useEffect(() => {
    document.title = `${title} · Bestow`
  }, [title])
  // biome-ignore lint/correctness/useExhaustiveDependencies: on another address, not on another title.
  useEffect(() => {
    if (!isFirstPage) heading.current?.focus({ preventScroll: true })
    isFirstPage = false
  }, [pathname])
  return (
    <header className="heading">
      {back && <div className="heading-back">{back}</div>}
      <div className="heading-row">
        <div className="heading-title">
          <h1 ref={heading} tabIndex={-1}>
            {title}
          </h1>
          {state}
        </div>
        {actions && <div className="heading-actions">{actions}</div>}
      </div>
      {lead && <div className="heading-lead">{lead}</div>}
    </header>
  )
}

export function Card({
  title,
  action,
  children,
}: {
  title?: ReactNode
  action?: ReactNode
  children: ReactNode
}) {
  return (
    <section className="card">
      {title && (
        <div className="card-head">
          <h2>{title}</h2>
          {action}
        </div>
      )}
      {children}
    </section>
  )
}

/** Names and values, one below the other. */
export function Facts({ facts }: { facts: Record<string, ReactNode> }) {
  return (
    <dl className="facts">
      {Object.entries(facts).map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value ?? <span className="meta">–</span>}</dd>
        </div>
      ))}
    </dl>
  )
}

/** A place that has nothing yet: one sentence, the act that changes it, and the same as a request. */
export function Empty({
  text,
  action,
  children,
}: {
  text: string
  action?: ReactNode
  children?: ReactNode
}) {
  return (
    <div className="empty">
      <p>{text}</p>
      {action}
      {children}
    </div>
  )
}
