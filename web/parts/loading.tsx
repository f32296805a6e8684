import { Skeleton } from '@mantine/core'

/** In the place of a card whose content is being read. */
export const Loading = () => (
  <div className="card" aria-hidden>
    <Skeleton height={16} width="30%" mb={16} />
    <Skeleton height={12} width="60%" mb={12} />
    <Skeleton height={12} width="50%" />
  </div>
)
