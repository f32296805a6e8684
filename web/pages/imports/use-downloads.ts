import { useEffect, useRef, useState } from 'react'
import { type DownloadExportParams, getDownloadExportUrl } from '../../api/generated.ts'
import { requestFile } from '../../api/request.ts'
import { saveFile } from '../../parts/save-file.ts'

export type Format = 'csv' | 'jsonl'

export interface ExportedFile {
  format: Format
  kind: string
  /** Left out: of all sites. */
  siteId?: string
  /** Of the file that is saved. */
  name: string
}

interface Downloads {
  /** The name of the file that is being read; null: none is. */
  current: string | null
  /** How many were saved. */
  saved: number
  error: Error | null
  start: (files: ExportedFile[]) => Promise<void>
}

/** Saves files one after the other, until one fails or another page is shown. */
export function useDownloads(): Downloads {
  const [state, setState] = useState<Omit<Downloads, 'start'>>({ current: null, saved: 0, error: null })
  const controller = useRef(new AbortController())
  useEffect(() => () => controller.current.abort(), [])

  async function start(files: ExportedFile[]) {
    const { signal } = controller.current
    try {
      for (const [saved, { format, kind, siteId, name }] of files.entries()) {
        setState({ current: name, saved, error: null })
        const params = { format, kind, ...(siteId && { 'filter[site_id]': siteId }) } as DownloadExportParams
        saveFile(await requestFile(getDownloadExportUrl(params), { signal }), name)
      }
      setState({ current: null, saved: files.length, error: null })
    } catch (error) {
      if (!signal.aborted) setState((before) => ({ ...before, current: null, error: error as Error }))
    }
  }
  return { ...state, start }
}
