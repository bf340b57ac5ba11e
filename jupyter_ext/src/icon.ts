/** The crescent of Moonlight's files. */
import { LabIcon } from '@jupyterlab/ui-components';

const svgstr = `
<svg xmlns="http://www.w3.org/2000/svg" width="16" viewBox="0 0 22 22">
  <g class="moon-icon jp-icon-selectable" fill="#7e61cf">
    <path d="M9.1 2.6a8.6 8.6 0 1 0 10.4 11.3A7.2 7.2 0 0 1 9.1 2.6z"/>
    <path d="M16.2 3.2l.75 1.95 1.95.75-1.95.75-.75 1.95-.75-1.95-1.95-.75 1.95-.75z"/>
  </g>
</svg>`;

export const moonIcon = new LabIcon({ name: 'moonlight-notebook:moon', svgstr });

/** The same as an address: the Launcher shows letters for cards beside kernels that have none. */
export const moonIconUrl = `data:image/svg+xml,${encodeURIComponent(svgstr)}`;
