import { getContactExport } from '../../api/generated.ts'
import { attempt } from '../../parts/forms.tsx'
import { saveFile } from '../../parts/save-file.ts'

/** Saves everything that is kept about a contact as a file. */
export async function saveExport(id: string): Promise<void> {
  await attempt(async () => {
    const { data } = await getContactExport(id)
    const json = JSON.stringify(data.attributes, null, 2)
    saveFile(new Blob([json], { type: 'application/json' }), `contact-${id}.json`)
  })
}
