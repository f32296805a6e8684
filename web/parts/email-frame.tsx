import { useCallback, useEffect, useRef } from 'react'
import { t } from '../texts/translate.ts'
import './email-frame.css'

/** The HTML of an e-mail, in a document that can reach nothing: see public/email-frame.js. */
export function EmailFrame({ html }: { html: string }) {
  const frame = useRef<HTMLIFrameElement>(null)
  const show = useCallback(() => frame.current?.contentWindow?.postMessage(html, '*'), [html])
  useEffect(show, [show])
  return (
    <iframe
      ref={frame}
      className="email-frame"
      title={t('emails.preview')}
      src="/admin/email-frame.html"
      onLoad={show}
    />
  )
}
