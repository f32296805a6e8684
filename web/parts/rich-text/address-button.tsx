import { Button, Popover, TextInput } from '@mantine/core'
import type { Editor } from '@tiptap/core'
import { useState } from 'react'
import { embedUrl } from '../../../src/catalogue/courses/embed-url.ts'
import { t } from '../../texts/translate.ts'
import { VideoIcon } from '../icons.tsx'
import { LinkIcon } from './icons.tsx'
import { Tool } from './toolbar.tsx'

interface AddressButtonProps {
  editor: Editor
  kind: 'link' | 'video'
  isOn?: boolean
}

/** Asks for an address, and makes the selected text a link to it or inserts the video that is there. */
export function AddressButton({ editor, kind, isOn }: AddressButtonProps) {
  const [isOpen, setOpen] = useState(false)
  const [address, setAddress] = useState('')
  const [isRefused, setRefused] = useState(false)
  function open() {
    setAddress(kind === 'link' ? (editor.getAttributes('link').href ?? '') : '')
    setRefused(false)
    setOpen(!isOpen)
  }
  function apply() {
    const done = kind === 'link' ? setLink(editor, address.trim()) : insertVideo(editor, address.trim())
    setRefused(!done)
    if (done) setOpen(false)
  }
  const label = t(kind === 'link' ? 'richText.link' : 'richText.video')
  return (
    <Popover opened={isOpen} onChange={setOpen} trapFocus returnFocus width={320} shadow="md">
      <Popover.Target>
        <Tool label={label} isOn={isOn} onClick={open}>
          {kind === 'link' ? <LinkIcon /> : <VideoIcon />}
        </Tool>
      </Popover.Target>
      <Popover.Dropdown aria-label={label}>
        <div className="rich-text-address">
          <TextInput
            label={t(kind === 'link' ? 'richText.linkTo' : 'richText.videoAt')}
            data-autofocus
            placeholder="https://"
            value={address}
            error={isRefused && t(kind === 'link' ? 'richText.noLink' : 'richText.noVideo')}
            onChange={({ currentTarget }) => setAddress(currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter') return
              // It is in the form of the page.
              event.preventDefault()
              apply()
            }}
          />
          <Button size="xs" onClick={apply}>
            {t('richText.apply')}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

/** An empty address removes the link. @returns whether it is an address that the pages show as a link */
function setLink(editor: Editor, address: string): boolean {
  const chain = editor.chain().focus().extendMarkRange('link')
  if (address === '') return chain.unsetLink().run()
  if (!/^(https?:\/\/|mailto:|tel:)\S+$/i.test(address)) return false
  if (!editor.state.selection.empty || editor.isActive('link')) return chain.setLink({ href: address }).run()
  const text = { type: 'text', text: address, marks: [{ type: 'link', attrs: { href: address } }] }
  return editor.chain().focus().insertContent(text).run()
}

function insertVideo(editor: Editor, address: string): boolean {
  const player = embedUrl(address)
  if (player)
    return editor
      .chain()
      .focus()
      .insertContent({ type: 'iframe', attrs: { src: player } })
      .run()
  if (!/^https:\/\/\S+\.(mp4|m4v|webm|mov)$/i.test(address)) return false
  return editor
    .chain()
    .focus()
    .insertContent({ type: 'video', attrs: { src: address } })
    .run()
}
