"use strict";(self.rspackChunkmoonlight_notebook=self.rspackChunkmoonlight_notebook||[]).push([[0],{16(e,t,o){var n=o(17),a=o.n(n),r=o(18),i=o.n(r),s=o(19),c=o.n(s),l=o(20),m=o.n(l),p=o(21),d=o.n(p),u=o(22),f=o.n(u),v=o(23),h={};h.styleTagTransform=f(),h.setAttributes=m(),h.insert=c().bind(null,"head"),h.domAPI=i(),h.insertStyleElement=d(),a()(v.A,h),v.A&&v.A.locals&&v.A.locals},23(e,t,o){var n=o(24),a=o.n(n),r=o(25),i=(o.n(r))()(a());i.push([e.id,`/* The mark of a code cell: one quiet line between its input and its output. */

.moon-icon {
  fill: #6f52c0;
}

[data-jp-theme-light='false'] .moon-icon {
  fill: #b9a4f2;
}

.moon-mark {
  --moon-state: var(--jp-ui-font-color3);

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
  color: var(--jp-ui-font-color3);
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
  color: var(--jp-ui-font-color3);
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
  color: var(--jp-ui-font-color3);
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
`,""]),o.d(t,{},{A:i})},25(e){e.exports=function(e){var t=[];return t.toString=function(){return this.map(function(t){var o="",n=void 0!==t[5];return t[4]&&(o+="@supports (".concat(t[4],") {")),t[2]&&(o+="@media ".concat(t[2]," {")),n&&(o+="@layer".concat(t[5].length>0?" ".concat(t[5]):""," {")),o+=e(t),n&&(o+="}"),t[2]&&(o+="}"),t[4]&&(o+="}"),o}).join("")},t.i=function(e,o,n,a,r){"string"==typeof e&&(e=[[null,e,void 0]]);var i={};if(n)for(var s=0;s<this.length;s++){var c=this[s][0];null!=c&&(i[c]=!0)}for(var l=0;l<e.length;l++){var m=[].concat(e[l]);n&&i[m[0]]||(void 0!==r&&(void 0===m[5]||(m[1]="@layer".concat(m[5].length>0?" ".concat(m[5]):""," {").concat(m[1],"}")),m[5]=r),o&&(m[2]&&(m[1]="@media ".concat(m[2]," {").concat(m[1],"}")),m[2]=o),a&&(m[4]?(m[1]="@supports (".concat(m[4],") {").concat(m[1],"}"),m[4]=a):m[4]="".concat(a)),t.push(m))}},t}},24(e){e.exports=function(e){return e[1]}},17(e){var t=[];function o(e){for(var o=-1,n=0;n<t.length;n++)if(t[n].identifier===e){o=n;break}return o}function n(e,n){for(var a={},r=[],i=0;i<e.length;i++){var s=e[i],c=n.base?s[0]+n.base:s[0],l=a[c]||0,m="".concat(c," ").concat(l);a[c]=l+1;var p=o(m),d={css:s[1],media:s[2],sourceMap:s[3],supports:s[4],layer:s[5]};if(-1!==p)t[p].references++,t[p].updater(d);else{var u=function(e,t){var o=t.domAPI(t);return o.update(e),function(t){t?(t.css!==e.css||t.media!==e.media||t.sourceMap!==e.sourceMap||t.supports!==e.supports||t.layer!==e.layer)&&o.update(e=t):o.remove()}}(d,n);n.byIndex=i,t.splice(i,0,{identifier:m,updater:u,references:1})}r.push(m)}return r}e.exports=function(e,a){var r=n(e=e||[],a=a||{});return function(e){e=e||[];for(var i=0;i<r.length;i++){var s=o(r[i]);t[s].references--}for(var c=n(e,a),l=0;l<r.length;l++){var m=o(r[l]);0===t[m].references&&(t[m].updater(),t.splice(m,1))}r=c}}},19(e){var t={};e.exports=function(e,o){var n=function(e){if(void 0===t[e]){var o=document.querySelector(e);if(window.HTMLIFrameElement&&o instanceof window.HTMLIFrameElement)try{o=o.contentDocument.head}catch(e){o=null}t[e]=o}return t[e]}(e);if(!n)throw Error("Couldn't find a style target. This probably means that the value for the 'insert' parameter is invalid.");n.appendChild(o)}},21(e){e.exports=function(e){var t=document.createElement("style");return e.setAttributes(t,e.attributes),e.insert(t,e.options),t}},20(e,t,o){e.exports=function(e){var t=o.nc;t&&e.setAttribute("nonce",t)}},18(e){e.exports=function(e){if("u"<typeof document)return{update:function(){},remove:function(){}};var t=e.insertStyleElement(e);return{update:function(o){var n,a,r;n="",o.supports&&(n+="@supports (".concat(o.supports,") {")),o.media&&(n+="@media ".concat(o.media," {")),(a=void 0!==o.layer)&&(n+="@layer".concat(o.layer.length>0?" ".concat(o.layer):""," {")),n+=o.css,a&&(n+="}"),o.media&&(n+="}"),o.supports&&(n+="}"),(r=o.sourceMap)&&"u">typeof btoa&&(n+="\n/*# sourceMappingURL=data:application/json;base64,".concat(btoa(unescape(encodeURIComponent(JSON.stringify(r))))," */")),e.styleTagTransform(n,t,e.options)},remove:function(){var e;null===(e=t).parentNode||e.parentNode.removeChild(e)}}}},22(e){e.exports=function(e,t){if(t.styleSheet)t.styleSheet.cssText=e;else{for(;t.firstChild;)t.removeChild(t.firstChild);t.appendChild(document.createTextNode(e))}}}}]);