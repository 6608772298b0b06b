// SPDX-License-Identifier: Apache-2.0
// Reads the data in the page and draws it in place of the summary that stands there for readers without scripts.
import { render } from "preact";
import { App } from "./app";
import { readReport } from "./data";
import "./base.css";
import "./style.css";

const place = document.getElementById("app");
if (place) {
  const report = readReport();
  place.replaceChildren();
  render(<App report={report} />, place);
}
