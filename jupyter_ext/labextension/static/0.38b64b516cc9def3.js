"use strict";(self.rspackChunkmoonlight_notebook=self.rspackChunkmoonlight_notebook||[]).push([[0],{19(o,t,e){var n=e(20),a=e.n(n),r=e(21),i=e.n(r),s=e(22),c=e.n(s),m=e(23),l=e.n(m),p=e(24),u=e.n(p),d=e(25),f=e.n(d),h=e(26),v={};v.styleTagTransform=f(),v.setAttributes=l(),v.insert=c().bind(null,"head"),v.domAPI=i(),v.insertStyleElement=u(),a()(h.A,v),h.A&&h.A.locals&&h.A.locals},26(o,t,e){var n=e(27),a=e.n(n),r=e(28),i=(e.n(r))()(a());i.push([o.id,`/* The mark of a code cell: one quiet line between its input and its output. */

.moon-icon {
  fill: #7150c8;
}

[data-jp-theme-light='false'] .moon-icon {
  fill: #b9a4f2;
}

.moon-mark {
  --moon-state: var(--jp-ui-font-color2);

  display: flex;
  align-items: center;
  gap: 10px;
  height: 16px;
  padding-right: 2px;
  overflow: hidden;
  color: var(--jp-ui-font-color2);
  font-family: var(--jp-ui-font-family);
  font-size: 10.5px;
  font-variant-numeric: tabular-nums;
  line-height: 16px;
  white-space: nowrap;
  cursor: default;
  user-select: none;
}

.moon-mark-block {
  box-sizing: border-box;
  flex: 0 0 auto;
  width: calc(var(--jp-cell-collapser-width) + var(--jp-cell-prompt-width));
  margin-right: -6px;
  padding-right: var(--jp-code-padding, 5px);
  text-align: right;
  color: var(--jp-ui-font-color2);
}

.moon-mark-state {
  display: inline-flex;
  align-items: center;
  gap: 5px;
}

.moon-mark-state::before {
  content: '';
  box-sizing: border-box;
  flex: 0 0 auto;
  width: 7px;
  height: 7px;
  border: 1.5px solid var(--moon-state);
  border-radius: 50%;
}

.moon-mark-time,
.moon-mark-order,
.moon-mark-outputs,
.moon-mark-line {
  color: var(--jp-ui-font-color2);
}

.moon-mark-time:empty,
.moon-mark-order:empty,
.moon-mark-outputs:empty {
  display: none;
}

.moon-mark-line {
  flex: 1 1 auto;
  overflow: hidden;
  text-align: right;
  text-overflow: ellipsis;
}

.moon-mark[data-state='not-run'] .moon-mark-state {
  color: var(--jp-ui-font-color2);
}

.moon-mark[data-state='done'] {
  --moon-state: var(--jp-success-color1);
}

.moon-mark[data-state='failed'] {
  --moon-state: var(--jp-error-color1);
}

.moon-mark[data-state='interrupted'],
.moon-mark[data-state='edited'] {
  --moon-state: var(--jp-warn-color0);
}

.moon-mark[data-state='running'] {
  --moon-state: var(--jp-brand-color1);
}

.moon-mark[data-state='done'] .moon-mark-state::before,
.moon-mark[data-state='failed'] .moon-mark-state::before,
.moon-mark[data-state='interrupted'] .moon-mark-state::before,
.moon-mark[data-state='running'] .moon-mark-state::before {
  background: var(--moon-state);
}

.moon-mark[data-state='failed'] .moon-mark-state {
  color: var(--jp-error-color1);
}

.moon-mark[data-outputs='stale'] .moon-mark-outputs {
  font-style: italic;
}

.moon-mark[data-state='running'] .moon-mark-state::before {
  animation: moon-pulse 1.2s ease-in-out infinite alternate;
}

/* A new cell without content is not part of the document yet. */
.moon-mark[data-block=''] {
  visibility: hidden;
}

@keyframes moon-pulse {
  from {
    opacity: 1;
  }

  to {
    opacity: 0.3;
  }
}

@media (prefers-reduced-motion: reduce) {
  .moon-mark[data-state='running'] .moon-mark-state::before {
    animation: none;
  }
}

@media print {
  .moon-mark {
    display: none;
  }
}

/* Four choices in one row, where there is room. */
.moon-conflict .jp-Dialog-content {
  max-width: min(680px, 95vw);
}

.moon-conflict .jp-Dialog-footer {
  row-gap: 8px;
}
`,""]),e.d(t,{},{A:i})},28(o){o.exports=function(o){var t=[];return t.toString=function(){return this.map(function(t){var e="",n=void 0!==t[5];return t[4]&&(e+="@supports (".concat(t[4],") {")),t[2]&&(e+="@media ".concat(t[2]," {")),n&&(e+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),e+=o(t),n&&(e+="}"),t[2]&&(e+="}"),t[4]&&(e+="}"),e}).join("")},t.i=function(o,e,n,a,r){"string"==typeof o&&(o=[[null,o,void 0]]);var i={};if(n)for(var s=0;s<this.length;s++){var c=this[s][0];null!=c&&(i[c]=!0)}for(var m=0;m<o.length;m++){var l=[].concat(o[m]);n&&i[l[0]]||(void 0!==r&&(void 0===l[5]||(l[1]="@layer".concat(l[5].length>0?" ".concat(l[5]):""," {").concat(l[1],"}")),l[5]=r),e&&(l[2]&&(l[1]="@media ".concat(l[2]," {").concat(l[1],"}")),l[2]=e),a&&(l[4]?(l[1]="@supports (".concat(l[4],") {").concat(l[1],"}"),l[4]=a):l[4]="".concat(a)),t.push(l))}},t}},27(o){o.exports=function(o){return o[1]}},20(o){var t=[];function e(o){for(var e=-1,n=0;n<t.length;n++)if(t[n].identifier===o){e=n;break}return e}function n(o,n){for(var a={},r=[],i=0;i<o.length;i++){var s=o[i],c=n.base?s[0]+n.base:s[0],m=a[c]||0,l="".concat(c," ").concat(m);a[c]=m+1;var p=e(l),u={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==p)t[p].references++,t[p].updater(u);else{var d=function(o,t){var e=t.domAPI(t);return e.update(o),function(t){t?(t.css!==o.css||t.media!==o.media||t.sourceMap!==o.sourceMap||t.supports!==o.supports||t.layer!==o.layer)&&e.update(o=t):e.remove()}}(u,n);n.byIndex=i,t.splice(i,0,{identifier:l,updater:d,references:1})}r.push(l)}return r}o.exports=function(o,a){var r=n(o=o||[],a=a||{});return function(o){o=o||[];for(var i=0;i<r.length;i++){var s=e(r[i]);t[s].references--}for(var c=n(o,a),m=0;m<r.length;m++){var l=e(r[m]);0===t[l].references&&(t[l].updater(),t.splice(l,1))}r=c}}},22(o){var t={};o.exports=function(o,e){var n=function(o){if(void 0===t[o]){var e=document.querySelector(o);if(window.HTMLIFrameElement&&e instanceof window.HTMLIFrameElement)try{e=e.contentDocument.head}catch(o){e=null}t[o]=e}return t[o]}(o);if(!n)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");n.appendChild(e)}},24(o){o.exports=function(o){var t=document.createElement("style");return o.setAttributes(t,o.attributes),o.insert(t,o.options),t}},23(o,t,e){o.exports=function(o){var t=e.nc;t&&o.setAttribute("nonce",t)}},21(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=o.insertStyleElement(o);return{update:function(e){var n,a,r;n="",e.supports&&(n+="@supports (".concat(e.supports,") {")),e.media&&(n+="@media ".concat(e.media," {")),(a=void 0!==e.layer)&&(n+="@layer".concat(e.layer.length>0?" ".concat(e.layer):""," {")),n+=e.css,a&&(n+="}"),e.media&&(n+="}"),e.supports&&(n+="}"),(r=e.sourceMap)&&"u">typeof btoa&&(n+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(r))))," */")),o.styleTagTransform(n,t,o.options)},remove:function(){var o;null===(o=t).parentNode||o.parentNode.removeChild(o)}}}},25(o){o.exports=function(o,t){if(t.styleSheet)t.styleSheet.cssText=o;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(o))}}}}]);