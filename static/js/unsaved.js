// 未保存: what was typed and not saved is marked, and leaving the page asks first.

const form = document.querySelector("#document");

function mark(dirty) {
  if (dirty) form.dataset.dirty = "yes";
  else delete form.dataset.dirty;
  for (const sign of document.querySelectorAll("[data-unsaved], [data-unsaved-dot]")) sign.hidden = !dirty;
}

function changed(event) {
  // What can be changed without being sent (the search of a list, a locked face) is no change.
  if (event.target.form === form && event.target.name) mark(true);
}

if (form) {
  mark("dirty" in form.dataset);
  document.addEventListener("input", changed);
  document.addEventListener("change", changed);
  document.addEventListener("portal:refreshed", () => mark("dirty" in form.dataset));
  let sending = false;
  form.addEventListener("submit", () => { sending = true; });
  window.addEventListener("pageshow", () => { sending = false; });
  window.addEventListener("beforeunload", (event) => {
    if ("dirty" in form.dataset && !sending) event.preventDefault();
  });
}
