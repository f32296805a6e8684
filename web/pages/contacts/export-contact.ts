import { getContactExport } from '../../api/generated.ts'
import { attempt } from '../../parts/forms.tsx'

/** Saves everything that is kept about a contact as a file. */
export async function saveExport(id: string): Promise<void> {
  await attempt(async () => {
    const { data } = await getContactExport(id)
    const file = new Blob([JSON.stringify(data.attributes, null, 2)], { type: 'application/json' })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(file)
    link.download = `contact-${id}.json`
    link.click()
    URL.revokeObjectURL(link.href)
  })
}
