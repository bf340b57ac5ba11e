/* run(site, moon): the pages of a site as one application, on any static server and from disk.
 *
 * site = { routes: [{ parts, at, props, title }], lost: { at, props, payload, title, html }, pages: [[address, payload]],
 *   components: [{ component, server, note, ahead }] }
 * An address is a page's path below the site without slashes around it: "" or "item/1". Pages that were made
 * ahead have a payload; a component that is `ahead` needs one. `at` is the place of the component, -1 for none.
 *
 * On a server an address is a path. From disk, where scripts may not change the path, it is a fragment: #/item/1;
 * such fragments mean the same on a server.
 *
 * Links that begin with / or are relative are addresses of the site, or, with an ending, files beside its pages.
 * `rel="external"`, `target` and `download` leave a link to the browser.
 */
import { castProps } from "./casts.mjs";
import { start } from "./page.mjs";

const ELSEWHERE = /^(?:[a-z][a-z0-9+.-]*:|[\\/]{2})/i;
const FILE_NAME = /\.\w+$/;

export function run(site, moon) {
  const root = new URL(".", document.currentScript.src);
  const onDisk = location.protocol === "file:";
  const main = document.getElementById("moon-page");
  const pages = new Map(site.pages);
  const places = new Map();
  const pointed = new WeakMap();
  let entry = entryOf(history.state);
  let app = null;
  let shown = null;

  function entryOf(state) {
    if (typeof state?.moon === "string") return state.moon;
    const made = `${performance.timeOrigin}.${performance.now()}`;
    history.replaceState({ moon: made }, "");
    return made;
  }

  /** The address that the browser shows; null for one that is none of ours. */
  function here() {
    if (location.hash.startsWith("#/")) return addressOf(location.hash.slice(1));
    const { pathname } = location;
    return pathname.startsWith(root.pathname) ? addressOf(pathname.slice(root.pathname.length)) : null;
  }

  function addressOf(path) {
    const parts = path.split(/[?#]/)[0].split("/").filter(Boolean);
    if (parts.at(-1) === "index.html") parts.pop();
    try {
      return parts.map(decodeURIComponent).join("/");
    } catch {
      return null;
    }
  }

  /** What stands at an address: a route, props and payload; null where nothing does. */
  function match(address) {
    const parts = address === "" ? [] : (address?.split("/") ?? [null]);
    for (const route of site.routes) {
      const fits = (part, i) => (part[0] === ":" ? parts[i] !== "" : part === parts[i]);
      if (route.parts.length !== parts.length || !route.parts.every(fits)) continue;
      const params = route.parts.flatMap((part, i) => (part[0] === ":" ? [[part.slice(1), parts[i]]] : []));
      const { component, ahead } = site.components[route.at];
      const given = Object.fromEntries(params);
      if (castProps(component.casts ?? {}, given).problems.length) continue;
      const payload = pages.get(address) ?? null;
      if (payload || !ahead) return { ...route, props: { ...route.props, ...given }, payload };
    }
    return null;
  }

  function show(address) {
    const found = match(address) ?? site.lost;
    const ready = main.dataset.page === (found === site.lost ? "*" : address);
    app?.unmount();
    app = null;
    delete main.dataset.page;
    document.title = found.title;
    if (!ready) fill(found);
    const el = main.querySelector(".moon-component");
    if (el && found.at >= 0) {
      const { component, server } = site.components[found.at];
      app = start(el, component, moon, { payload: found.payload, props: found.props, server });
    }
    shown = address;
  }

  function fill({ at, html }) {
    main.innerHTML = at < 0 ? html : `<div class="moon-component"></div>${site.components[at].note}`;
  }

  /** A page that was chosen: readers of the screen hear its title, and go on from its beginning. */
  function arrive(fragment) {
    main.setAttribute("aria-label", document.title);
    main.focus({ preventScroll: true });
    const target = fragment && document.getElementById(fragment);
    if (target) target.scrollIntoView();
    else scrollTo(0, 0);
  }

  /** Where an address of the site really is. */
  function urlOf(address, search, fragment) {
    const path = address.split("/").map(encodeURIComponent).join("/");
    if (onDisk) return new URL(`index.html#/${path}`, root).href;
    return new URL(path && `${path}/`, root).href + search + (fragment && `#${fragment}`);
  }

  function go(address, search, fragment) {
    const url = urlOf(address, search, fragment);
    history.pushState({ moon: `${performance.timeOrigin}.${performance.now()}` }, "", onDisk ? new URL(url).hash : url);
    entry = history.state.moon;
    show(address);
    arrive(fragment);
  }

  /** What a component wrote as the address of a link, whatever `point` has made of it. */
  function written(link) {
    const href = link.getAttribute("href");
    const known = pointed.get(link);
    return known?.real === href ? known.own : href;
  }

  /** Where a link leads in the site: an address, or the URL of a file; null where it leads elsewhere. */
  function leads(link) {
    const href = written(link).trim();
    const leaves = (link.target && link.target !== "_self") || link.hasAttribute("download");
    const [rest, fragment = ""] = href.split("#", 2);
    if (leaves || rest === "" || /\bexternal\b/.test(link.rel) || ELSEWHERE.test(href)) return null;
    const url = new URL(rest, "http://site/" + (shown ? `${shown}/` : ""));
    const address = addressOf(url.pathname) ?? "%";
    if (match(address) || !FILE_NAME.test(address)) {
      return { address, search: url.search, fragment, real: urlOf(address, url.search, fragment) };
    }
    return { real: new URL(url.pathname.slice(1), root).href + url.search + (fragment && `#${fragment}`) };
  }

  /** A link that is pointed at gets its real address, for new tabs and bookmarks. */
  function point(event) {
    const link = event.target.closest?.("a[href]");
    const found = link && leads(link);
    if (!found) return;
    pointed.set(link, { own: written(link), real: found.real });
    link.setAttribute("href", found.real);
  }

  function follow(event) {
    const link = event.target.closest?.("a[href]");
    const changed = event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey;
    if (!link || changed || event.defaultPrevented) return;
    const found = leads(link);
    if (found) {
      event.preventDefault();
      if (found.address === undefined) location.assign(found.real);
      else go(found.address, found.search, found.fragment);
    } else if (/^#(?!\/)/.test(written(link)) && location.hash.startsWith("#/")) {
      event.preventDefault();
      document.getElementById(written(link).slice(1))?.scrollIntoView();
    }
  }

  function back() {
    entry = entryOf(history.state);
    const address = here();
    if (address === shown) return;
    show(address);
    main.setAttribute("aria-label", document.title);
    scrollTo(...(places.get(entry) ?? [0, 0]));
  }

  history.scrollRestoration = "manual";
  show(here());
  if (history.state.scroll) scrollTo(...history.state.scroll);
  addEventListener("click", follow);
  for (const type of ["pointerover", "focusin"]) addEventListener(type, point);
  addEventListener("popstate", back);
  addEventListener("hashchange", back);
  addEventListener("scroll", () => places.set(entry, [scrollX, scrollY]), { passive: true });
  addEventListener("pagehide", () => history.replaceState({ moon: entry, scroll: [scrollX, scrollY] }, ""));
}
