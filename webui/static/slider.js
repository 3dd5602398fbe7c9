// A slider beside a number: each sets the other, and the number is what is sent.

for (const slider of document.querySelectorAll("input[data-sets]")) {
  const field = document.getElementById(slider.dataset.sets);
  const follow = () => {
    const value = Number(field.value.replace(",", "."));
    if (Number.isFinite(value)) slider.value = value;
  };
  slider.addEventListener("input", () => {
    field.value = slider.value;
  });
  field.addEventListener("input", follow);
  follow();
  slider.hidden = false;
}
