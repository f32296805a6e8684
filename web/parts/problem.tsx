import { Button } from '@mantine/core'
import { type ErrorComponentProps, Link } from '@tanstack/react-router'
import { createContext, type ReactNode, useContext } from 'react'
import { RequestProblem } from '../api/request.ts'
import { t } from '../texts/translate.ts'
import { AlertIcon } from './icons.tsx'
import { Heading } from './page.tsx'

/** What went wrong with a request: the API's own words, the id to find it by, and another attempt. */
export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const requestId = error instanceof RequestProblem ? error.requestId : null
  return (
    <div className="problem" role="alert">
      <AlertIcon />
      <div>
        <p>{error.message}</p>
        {requestId && (
          <p className="meta">
            {t('problem.request')} <code>{requestId}</code>
          </p>
        )}
        {retry && (
          <Button variant="default" size="xs" onClick={retry}>
            {t('problem.retry')}
          </Button>
        )}
      </div>
    </div>
  )
}

export function PageProblem({ error, reset }: ErrorComponentProps) {
  return (
    <Main>
      <Heading title={t('problem.title')} />
      <Problem error={error as Error} retry={reset} />
    </Main>
  )
}

export function NotFound() {
  return (
    <Main>
      <Heading title={t('notFound.title')} />
      <p>{t('notFound.text')}</p>
      <p>
        <Link to="/">{t('notFound.home')}</Link>
      </p>
    </Main>
  )
}

/** Whether the frame of the pages is around: it has the main part then. */
export const InShell = createContext(false)

const Main = ({ children }: { children: ReactNode }) =>
  useContext(InShell) ? children : <main className="page">{children}</main>
