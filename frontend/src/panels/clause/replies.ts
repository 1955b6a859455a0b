import type { Approval, Reply } from '@/api/types'

/**
 * The replies of a file that approve an area's plan.
 *
 * Where none names the area, all are given and `own` is false: too much, said to be so, is better than
 * duties lost. A file of one reply is that reply, whatever it calls the area.
 */
export function repliesFor(approval: Approval, areaName: string): { replies: Reply[]; own: boolean } {
  const named = approval.replies.filter((reply) => reply.areas.includes(areaName))
  if (named.length) return { replies: named, own: true }
  return { replies: approval.replies, own: approval.replies.length === 1 }
}
