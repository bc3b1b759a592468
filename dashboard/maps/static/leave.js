// Quick exit: the next page takes this one's place in the tab, so that Back does not lead here again.
if (!window.lamplightLeave) {
  window.lamplightLeave = true;
  document.addEventListener("click", (event) => {
    const link = event.target instanceof Element && event.target.closest("a.lamplight-leave");
    if (link) {
      event.preventDefault();
      window.location.replace(link.href);
    }
  }, true);
}
