/** Hatching as a repeating canvas; sharp on screens of any density. */

import type { Look } from './looks'

type Hatch = NonNullable<Look['hatch']>

/** Draw one period. The period is whole in device pixels, so that tiles and repeats meet. */
function period(look: Hatch, under: string | undefined, ratio: number): HTMLCanvasElement {
  const side = Math.round(look.gap * ratio)
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = side
  const pen = canvas.getContext('2d')!
  if (under) {
    pen.fillStyle = under
    pen.fillRect(0, 0, side, side)
  }
  pen.strokeStyle = look.colour
  pen.lineWidth = look.width * ratio
  pen.beginPath()
  for (const shift of [-side, 0, side]) {
    if (look.angle === 0) {
      pen.moveTo(-side, side / 2 + shift)
      pen.lineTo(2 * side, side / 2 + shift)
    }
    if (look.angle === 45 || look.angle === 'both') {
      pen.moveTo(shift - 1, side + 1)
      pen.lineTo(shift + side + 1, -1)
    }
    if (look.angle === -45 || look.angle === 'both') {
      pen.moveTo(shift - 1, -1)
      pen.lineTo(shift + side + 1, side + 1)
    }
  }
  pen.stroke()
  return canvas
}

/** What a canvas fills with: a hatch over its ground, a plain colour, or nothing. */
export function fillOf(look: Look, ratio: number): CanvasPattern | string | null {
  if (!look.hatch) return look.fill ?? null
  const pen = document.createElement('canvas').getContext('2d')!
  return pen.createPattern(period(look.hatch, look.fill, ratio), 'repeat')
}

/** The same as a CSS background, for the legend. */
export function cssBackground(look: Look): string {
  if (!look.hatch) return look.fill ?? 'transparent'
  const { colour, angle, gap, width } = look.hatch
  const across = angle === 0 ? gap : gap / Math.SQRT2
  const one = (degrees: number) =>
    `repeating-linear-gradient(${-degrees}deg, ${colour} 0 ${width}px, transparent ${width}px ${across.toFixed(2)}px)`
  const lines = angle === 'both' ? `${one(45)}, ${one(-45)}` : one(angle)
  return look.fill ? `${lines}, ${look.fill}` : lines
}
