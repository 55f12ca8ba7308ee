// Reads a QR with the camera where the browser can; without this file a scanner or a keyboard types the code.
for (const form of document.querySelectorAll("form[data-scan]")) {
  if (!("BarcodeDetector" in window) || !navigator.mediaDevices) break;
  const [button, video] = [form.querySelector("[data-camera]"), form.querySelector("video")];
  button.hidden = false;
  button.addEventListener("click", async () => {
    const detector = new BarcodeDetector({ formats: ["qr_code"] });
    video.srcObject = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.hidden = false;
    await video.play();
    const look = async () => {
      const [found] = await detector.detect(video);
      if (!found) return requestAnimationFrame(look);
      for (const track of video.srcObject.getTracks()) track.stop();
      form.elements.code.value = found.rawValue;
      form.requestSubmit();
    };
    look();
  });
}
