// SPDX-License-Identifier: Apache-2.0
// One detection: a line that says what happened, and behind it why, where, and what to do.
import type { ComponentChildren } from "preact";
import { anchorOf, type Detection, numberOf, type RecipeText } from "./data";
import { Facts } from "./facts";
import { Source } from "./source";
import { clock, Inline, Link, Prose, plain, Shown } from "./text";
import { Badge, ProcessChain } from "./tree";

const kOwnPlace = [
  "id time sequence recipe version title message category method status importance attack tags",
  "why event process doc lost redacted replayed encoding",
].flatMap((words) => words.split(" "));

function Part({ title, children, wide }: { title: string; children: ComponentChildren; wide?: boolean }) {
  return (
    <section class={wide ? "part wide" : "part"}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

function Why({ detection, recipe }: { detection: Detection; recipe: RecipeText | undefined }) {
  const { why } = detection;
  const escaped = detection.encoding === "escaped";
  const source = recipe?.sources?.find((each) => each.file === why.file && each.line === why.line);
  return (
    <Part title="Why it was reported" wide>
      {source ? (
        <Source source={source} terms={why.terms} />
      ) : (
        <pre class="clause">
          <code>{plain(why.clause, escaped).replaceAll(" and ", "\nand ")}</code>
        </pre>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="scroll" tabIndex={0} aria-label={`the terms that matched in number ${numberOf(detection)}`}>
        <table class="terms">
          <thead>
            <tr>
              <th scope="col">Term</th>
              <th scope="col">What met it</th>
              <th scope="col">Decided in</th>
            </tr>
          </thead>
          <tbody>
            {why.terms.map((term) => (
              <tr key={`${term.file} ${term.line} ${term.text}`}>
                <td>
                  <code>
                    <Shown text={term.text} escaped={escaped} most={160} />
                  </code>
                  {term.file !== why.file && (
                    <span class="faint">
                      {" "}
                      from {plain(term.file, escaped)}:{term.line}
                    </span>
                  )}
                </td>
                <td>
                  {term.open && <span class="note">left open, the field was cut</span>}{" "}
                  {term.value === undefined ? (
                    <span class="faint">–</span>
                  ) : (
                    <code>
                      <Shown text={term.value} escaped={escaped} most={240} />
                    </code>
                  )}
                </td>
                <td>{term.decided}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {why.truncated && (
        <p class="note">Cut, because it was longer than what is read: {why.truncated.map((each) => plain(each)).join(", ")}.</p>
      )}
    </Part>
  );
}

function Body({ detection, recipe }: { detection: Detection; recipe: RecipeText | undefined }) {
  const escaped = detection.encoding === "escaped";
  const { event, process, doc } = detection;
  const others = Object.keys(detection).filter((key) => !kOwnPlace.includes(key));
  return (
    <div class="body">
      {recipe?.quick && (
        <div class="quick">
          <Prose text={recipe.quick} />
        </div>
      )}
      {doc?.actions && (
        <Part title="What to do">
          <ol class="actions">
            {doc.actions.map((action) => (
              <li key={action}>
                <Inline text={action} />
              </li>
            ))}
          </ol>
          {doc.page && (
            <p>
              <Link to={doc.page}>The recipe's page</Link>
            </p>
          )}
        </Part>
      )}
      <Part title="Where it happened">
        <ProcessChain detection={detection} />
      </Part>
      <Why detection={detection} recipe={recipe} />
      {recipe?.implications && (
        <Part title="What it can mean">
          <Prose text={recipe.implications} />
        </Part>
      )}
      {recipe?.false_positives && (
        <Part title="When it is harmless">
          <ul>
            {recipe.false_positives.map((each) => (
              <li key={each}>
                <Inline text={each} />
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={`The event: ${plain(event.type)}`} wide>
        <Facts of={event} escaped={escaped} leave={["type"]} />
        <details>
          <summary>The process</summary>
          <Facts of={process} escaped={escaped} leave={["ancestors", "parent"]} />
        </details>
      </Part>
      {others.map((key) => (
        <Part title={plain(key)} key={key}>
          <Facts
            of={
              typeof detection[key] === "object" && detection[key] !== null
                ? (detection[key] as Record<string, unknown>)
                : { [key]: detection[key] }
            }
            escaped={escaped}
          />
        </Part>
      ))}
      <Part title="Names">
        <dl class="facts">
          <div>
            <dt>recipe</dt>
            <dd>
              {detection.recipe}, version {detection.version}
              {detection.status ? `, ${detection.status}` : ""}
            </dd>
          </div>
          {detection.attack && (
            <div>
              <dt>ATT&amp;CK</dt>
              <dd>
                {detection.attack.map((each, index) => (
                  <span key={each.id}>
                    {index > 0 && ", "}
                    <Link to={each.url}>
                      {plain(each.id)} {plain(each.name ?? "")}
                    </Link>
                  </span>
                ))}
              </dd>
            </div>
          )}
          {detection.tags && (
            <div>
              <dt>tags</dt>
              <dd>{detection.tags.map((tag) => plain(tag)).join(", ")}</dd>
            </div>
          )}
          <div>
            <dt>time</dt>
            <dd>{plain(detection.time)}</dd>
          </div>
          <div>
            <dt>id</dt>
            <dd>
              {plain(detection.id)}, number {detection.sequence} of its run
            </dd>
          </div>
        </dl>
        {(detection.redacted ?? 0) > 0 && <p class="faint">{detection.redacted} secrets are masked as ***.</p>}
        {detection.replayed && <p class="faint">Judged from a file, not live.</p>}
        {detection.encoding === "escaped" && <p class="faint">Bytes that are no UTF-8 stand as \xHH.</p>}
        {detection.lost && (
          <p class="note">
            Events were lost before this:{" "}
            {Object.entries(detection.lost)
              .map(([name, count]) => `${plain(name)} ${count}`)
              .join(", ")}
            .
          </p>
        )}
      </Part>
    </div>
  );
}

export function Card(props: {
  detection: Detection;
  recipe: RecipeText | undefined;
  isOpen: boolean;
  toggle: (detection: Detection, open: boolean) => void;
}) {
  const { detection, recipe, isOpen } = props;
  const escaped = detection.encoding === "escaped";
  return (
    <details
      class={`card ${detection.importance}`}
      id={anchorOf(detection)}
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget === event.target && event.currentTarget.open !== isOpen) {
          props.toggle(detection, event.currentTarget.open);
        }
      }}
    >
      <summary>
        <Badge importance={detection.importance} />
        <span class="what">
          <span class="title">{plain(detection.title ?? detection.recipe)}</span>
          <span class="message">
            <Shown text={detection.message} escaped={escaped} most={isOpen ? 600 : 240} />
          </span>
        </span>
        <time dateTime={detection.time}>{clock(detection.time)}</time>
      </summary>
      {isOpen && <Body detection={detection} recipe={recipe} />}
    </details>
  );
}
