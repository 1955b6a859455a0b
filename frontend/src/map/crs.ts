/** EPSG:4490, CGCS2000 longitude/latitude: the system of delivery and of the provincial one-map services. */

import Projection from 'ol/proj/Projection.js'
import { addEquivalentProjections, addProjection, get } from 'ol/proj.js'

export const CGCS2000 = new Projection({
  code: 'EPSG:4490',
  units: 'degrees',
  extent: [-180, -90, 180, 90],
  worldExtent: [-180, -90, 180, 90],
  axisOrientation: 'enu',
})

addProjection(CGCS2000)
// Only for what OpenLayers does with degrees by itself; the two differ by decimetres and no area is measured here.
addEquivalentProjections([CGCS2000, get('EPSG:4326')!])
