import { type ComponentType, lazy, Suspense } from 'react'

/**
 * A dialog whose code is loaded when it is opened for the first time: what most visits of a page do not need.
 *
 * @param load for example `async () => (await import('./merge-dialog.tsx')).MergeDialog`
 */
export function onDemand<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
): ComponentType<Props> {
  const Loaded = lazy(async () => ({ default: await load() })) as unknown as ComponentType<Props>
  return (props) => (
    <Suspense>
      <Loaded {...props} />
    </Suspense>
  )
}
