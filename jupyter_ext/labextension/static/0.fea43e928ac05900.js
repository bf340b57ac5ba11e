"use strict";(self.rspackChunkmoonlight_notebook=self.rspackChunkmoonlight_notebook||[]).push([[0],{16(o,e,t){var n=t(17),r=t.n(n),a=t(18),i=t.n(a),s=t(19),c=t.n(s),m=t(20),l=t.n(m),p=t(21),d=t.n(p),u=t(22),f=t.n(u),h=t(23),v={};v.styleTagTransform=f(),v.setAttributes=l(),v.insert=c().bind(null,"head"),v.domAPI=i(),v.insertStyleElement=d(),r()(h.A,v),h.A&&h.A.locals&&h.A.locals},23(o,e,t){var n=t(24),r=t.n(n),a=t(25),i=(t.n(a))()(r());i.push([o.id,`/* The mark of a code cell: one quiet line between its input and its output. */

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
.moon-mark-line {
  color: var(--jp-ui-font-color2);
}

.moon-mark-time:empty,
.moon-mark-order:empty {
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
  --moon-state: var(--jp-warn-color1);
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
`,""]),t.d(e,{},{A:i})},25(o){o.exports=function(o){var e=[];return e.toString=function(){return this.map(function(e){var t="",n=void 0!==e[5];return e[4]&&(t+="@supports (".concat(e[4],") {")),e[2]&&(t+="@media ".concat(e[2]," {")),n&&(t+="@layer".concat(e[5].length>0?" ".concat(e[5]):""," {")),t+=o(e),n&&(t+="}"),e[2]&&(t+="}"),e[4]&&(t+="}"),t}).join("")},e.i=function(o,t,n,r,a){"string"==typeof o&&(o=[[null,o,void 0]]);var i={};if(n)for(var s=0;s<this.length;s++){var c=this[s][0];null!=c&&(i[c]=!0)}for(var m=0;m<o.length;m++){var l=[].concat(o[m]);n&&i[l[0]]||(void 0!==a&&(void 0===l[5]||(l[1]="@layer".concat(l[5].length>0?" ".concat(l[5]):""," {").concat(l[1],"}")),l[5]=a),t&&(l[2]&&(l[1]="@media ".concat(l[2]," {").concat(l[1],"}")),l[2]=t),r&&(l[4]?(l[1]="@supports (".concat(l[4],") {").concat(l[1],"}"),l[4]=r):l[4]="".concat(r)),e.push(l))}},e}},24(o){o.exports=function(o){return o[1]}},17(o){var e=[];function t(o){for(var t=-1,n=0;n<e.length;n++)if(e[n].identifier===o){t=n;break}return t}function n(o,n){for(var r={},a=[],i=0;i<o.length;i++){var s=o[i],c=n.base?s[0]+n.base:s[0],m=r[c]||0,l="".concat(c," ").concat(m);r[c]=m+1;var p=t(l),d={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==p)e[p].references++,e[p].updater(d);else{var u=function(o,e){var t=e.domAPI(e);return t.update(o),function(e){e?(e.css!==o.css||e.media!==o.media||e.sourceMap!==o.sourceMap||e.supports!==o.supports||e.layer!==o.layer)&&t.update(o=e):t.remove()}}(d,n);n.byIndex=i,e.splice(i,0,{identifier:l,updater:u,references:1})}a.push(l)}return a}o.exports=function(o,r){var a=n(o=o||[],r=r||{});return function(o){o=o||[];for(var i=0;i<a.length;i++){var s=t(a[i]);e[s].references--}for(var c=n(o,r),m=0;m<a.length;m++){var l=t(a[m]);0===e[l].references&&(e[l].updater(),e.splice(l,1))}a=c}}},19(o){var e={};o.exports=function(o,t){var n=function(o){if(void 0===e[o]){var t=document.querySelector(o);if(window.HTMLIFrameElement&&t instanceof window.HTMLIFrameElement)try{t=t.contentDocument.head}catch(o){t=null}e[o]=t}return e[o]}(o);if(!n)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");n.appendChild(t)}},21(o){o.exports=function(o){var e=document.createElement("style");return o.setAttributes(e,o.attributes),o.insert(e,o.options),e}},20(o,e,t){o.exports=function(o){var e=t.nc;e&&o.setAttribute("nonce",e)}},18(o){o.exports=function(o){if("u"<typeof document)return{update:function(){},remove:function(){}};var e=o.insertStyleElement(o);return{update:function(t){var n,r,a;n="",t.supports&&(n+="@supports (".concat(t.supports,") {")),t.media&&(n+="@media ".concat(t.media," {")),(r=void 0!==t.layer)&&(n+="@layer".concat(t.layer.length>0?" ".concat(t.layer):""," {")),n+=t.css,r&&(n+="}"),t.media&&(n+="}"),t.supports&&(n+="}"),(a=t.sourceMap)&&"u">typeof btoa&&(n+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(a))))," */")),o.styleTagTransform(n,e,o.options)},remove:function(){var o;null===(o=e).parentNode||o.parentNode.removeChild(o)}}}},22(o){o.exports=function(o,e){if(e.styleSheet)e.styleSheet.cssText=o;else{for(;e.firstChild;)e.removeChild(e.firstChild);e.appendChild(document.createTextNode(o))}}}}]);