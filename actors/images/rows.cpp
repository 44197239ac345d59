// Recording images that are there, and removing those that nobody needs.

#include "actors/images/parts.hpp"
#include "actors/planning/plan/own_image.hpp"

#include <algorithm>

namespace copal::images_parts {

namespace {

error rows_not_known() {
  return {errc::unavailable, "the record of images is being read anew"};
}

template <class Call, class Then>
void ask_store(self_ptr self, const std::string& subject, Call call, Then then) {
  self->request(self->state.links.store, store_deadline, std::move(call))
    .then([then](const store::stored&) { then(); },
      [self, subject](const caf::error& why) {
        doubt_rows(self);
        finish(self, subject, from_caf(why));
      });
}

/// It is known by its id alone: its name went to another image, and it had no digest.
bool has_no_name(const image_row& row) {
  return row.name == row.engine_id.value;
}

/// By its id; where a fetch was not heard to end, by its name.
bool is_row_of(const image_row& row, const engine_image& image) {
  return row.engine_id == image.id
         || (row.engine_id.empty() && !planning::listed_name(image, row.name).empty());
}

/// True when we fetched that image, or are just fetching it, under whatever row; and the name that
/// the engine lists it by, if it does, came with that. A name that somebody else gave it is his.
bool is_ours(const images_state& st, const image_row& row) {
  const auto* image = find_image(st, row.engine_id);
  auto is_fetched = false;
  auto is_named = image == nullptr || planning::listed_name(*image, row.name).empty();
  for (const auto& r : st.rows) {
    if (!r.ours)
      continue;
    const auto of_image = r.engine_id == row.engine_id
                          || (r.engine_id.empty() && r.name == row.name)
                          || (image != nullptr && is_row_of(r, *image));
    is_fetched = is_fetched || of_image;
    is_named = is_named || r.name == row.name
               || (of_image && (has_no_name(r) || planning::brings(r.name, row.name)));
  }
  return is_fetched && is_named;
}

void put(self_ptr self, const std::string& subject, const image_row& row) {
  ask_store(self, subject, store::put_row{row}, [self, subject, row] {
    keep_row(self->state, row);
    answer_after_look(self, subject);
  });
}

void drop(self_ptr self, const std::string& subject, const image_row& row) {
  ask_store(self, subject, store::drop_row{row}, [self, subject, row] {
    forget_row(self->state, row);
    self->state.failures.erase(row.name);
    self->state.refusals.erase(row.name);
    answer_after_look(self, subject);
  });
}

/// The engine does not let go of an image that a container uses. One of ours may be about to go, so
/// it is tried again, for longer than it takes to look at the engine anew; then it is somebody
/// else's, and only the row goes: an update must not wait for what a stranger does.
void be_refused(self_ptr self, const std::string& subject, const image_row& row, const error& why) {
  constexpr int most_refusals = 10;
  auto& refusals = self->state.refusals;
  if (++refusals[row.name] < most_refusals)
    return finish(self, subject, why);
  drop(self, subject, row);
}

/// Removes one name, or by its id the image; then goes on.
template <class Then>
void remove_name(self_ptr self,
  const std::string& subject,
  const image_row& row,
  const std::string& name,
  Then then) {
  self->request(self->state.links.engine, remove_deadline, engine::remove_image{name, false})
    .then([then](const engine::done&) { then(); },
      [self, subject, row](const caf::error& why) {
        if (from_caf(why).code == errc::conflict)
          return be_refused(self, subject, row, from_caf(why));
        finish(self, subject, from_caf(why));
      });
}

/// Somebody else has the image, too: it has a tag that is not ours to remove, or was fetched from a
/// repository that we fetch nothing from. What is known by its id alone does not tell from where.
bool is_held_by_others(const images_state& st, const image_row& row, const engine_image& image) {
  const auto is_foreign = [&st](const std::string& digest) {
    const auto repository = planning::repository_of(digest);
    return std::none_of(st.rows.begin(), st.rows.end(), [&repository](const image_row& r) {
      return r.ours && planning::repository_of(r.name) == repository;
    });
  };
  return !image.tags.empty()
         || (!has_no_name(row)
             && std::any_of(image.digests.begin(), image.digests.end(), is_foreign));
}

/// What is left of an image after its name went: with no name of anybody else, it goes too.
void remove_rest(
  self_ptr self, const std::string& subject, const image_row& row, const engine_image_id& id) {
  self->request(self->state.links.engine, read_deadline, engine::inspect_image{id.value})
    .then(
      [self, subject, row, id](const engine::image_details& left) {
        if (is_held_by_others(self->state, row, left.image))
          return drop(self, subject, row);
        remove_name(
          self, subject, row, id.value, [self, subject, row] { drop(self, subject, row); });
      },
      [self, subject, row](const caf::error& why) {
        if (from_caf(why).code == errc::not_found)
          return drop(self, subject, row);
        finish(self, subject, from_caf(why));
      });
}

/// A row that is up for removal itself, or is just given to another image, holds nothing: two that
/// let go of an image at the same time would each leave it to the other.
bool lets_go(const images_state& st, const image_row& row) {
  return std::any_of(st.steps.begin(), st.steps.end(), [&row](const auto& entry) {
    const auto& action = entry.second.what.action;
    if (const auto* saved = std::get_if<save_image>(&action))
      return has_key_of(saved->row, row) && saved->row.engine_id != row.engine_id;
    const auto* going = std::get_if<remove_image>(&action);
    return going != nullptr && has_key_of(going->row, row);
  });
}

template <class Same>
bool is_shared(const images_state& st, const image_row& row, Same same) {
  return std::any_of(st.rows.begin(), st.rows.end(), [&](const image_row& r) {
    return !has_key_of(r, row) && same(r) && !lets_go(st, r);
  });
}

/// The names of the other rows that the image is kept for, and of fetches that would bring it: the
/// engine has it before it shows.
std::vector<std::string> holders_of(
  const images_state& st, const image_row& row, const engine_image& image) {
  std::vector<std::string> out;
  for (const auto& r : st.rows) {
    if (is_row_of(r, image) && !has_key_of(r, row) && !lets_go(st, r))
      out.push_back(r.name);
  }
  for (const auto& [name, fetch] : st.fetching) {
    const auto ref = image_reference::parse(name);
    if (name != row.name && ref && has_name(image, *ref))
      out.push_back(name);
  }
  return out;
}

/// The row's name is what others find the image by, or the engine keeps it by. The plan leaves such
/// a row; this one was made before that showed, or the row does not know its image yet.
void stay(self_ptr self, const std::string& subject, image_row row, const engine_image_id& id) {
  if (!row.engine_id.empty())
    return be_refused(self,
      subject,
      row,
      {errc::conflict, "the engine keeps the image by this name, and others use it"});
  row.engine_id = id;
  put(self, subject, row);
}

/// Removes the row's name from an image, and the image when nobody else needs it.
void remove_found(
  self_ptr self, const std::string& subject, const image_row& row, const engine_image& image) {
  const auto& st = self->state;
  if (st.rows_doubtful)
    return finish(self, subject, rows_not_known());
  if (planning::is_own_image(image, st.config.own_image))
    return drop(self, subject, row);
  const auto holders = holders_of(st, row, image);
  const auto own = planning::own_name(image, row.name);
  // A tag may have moved on to another image, and to the row of that.
  const auto has_tag = own == planning::listed_name(image, row.name);
  const auto name_shared =
    std::any_of(holders.begin(),
      holders.end(),
      [&](const std::string& holder) { return planning::own_name(image, holder) == own; })
    || (has_tag && is_shared(st, row, [&](const auto& r) { return r.name == row.name; }));
  const auto name = name_shared ? std::string{} : planning::removable_name(image, row.name);
  if (!name.empty() && !holders.empty() && !planning::can_lose(image, row.name, holders))
    return stay(self, subject, row, image.id);
  const auto rest = [self, subject, row, shared = !holders.empty(), id = image.id] {
    if (shared)
      drop(self, subject, row);
    else
      remove_rest(self, subject, row, id);
  };
  if (name.empty())
    return rest();
  remove_name(self, subject, row, name, rest);
}

/// Ends the fetch of a row that is to go, and then removes what it may have brought.
void end_fetch(self_ptr self, const std::string& subject, const image_row& row) {
  const auto number = self->state.fetching.at(row.name).number;
  self->request(self->state.links.engine, read_deadline, engine::end_pulls{row.name})
    .then(
      [self, subject, row, number](const engine::done&) {
        if (is_current(self, row.name, number))
          forget_fetch(self->state, row.name);
        remove(self, subject, row);
      },
      [self, subject](const caf::error& why) {
        finish(self, subject, from_caf(why).with_context("ending the fetch"));
      });
}

} // namespace

void save(self_ptr self, const std::string& subject, const image_row& wanted) {
  auto& st = self->state;
  if (st.rows_doubtful)
    return finish(self, subject, rows_not_known());
  auto row = wanted;
  row.ours = is_ours(st, row);
  if (const auto* known = find_row(st, row); known != nullptr) {
    // The name moved to another image. The one before stays recorded, under what is left of its
    // names, until no container runs from it.
    if (known->ours && !known->engine_id.empty() && known->engine_id != row.engine_id) {
      auto before = *known;
      const auto* image = find_image(st, before.engine_id);
      const auto left = image == nullptr ? std::string{} : planning::own_name(*image, before.name);
      before.name = left.empty() ? before.engine_id.value : left;
      return ask_store(self, subject, store::put_row{before}, [self, subject, row, before] {
        keep_row(self->state, before);
        put(self, subject, row);
      });
    }
  }
  put(self, subject, row);
}

void remove(self_ptr self, const std::string& subject, const image_row& wanted) {
  const auto& st = self->state;
  if (st.rows_doubtful)
    return finish(self, subject, rows_not_known());
  if (const auto it = st.fetching.find(wanted.name);
      it != st.fetching.end() && it->second.after_look == 0)
    return end_fetch(self, subject, wanted);
  const auto* known = find_row(st, wanted);
  if (known == nullptr)
    return drop(self, subject, wanted);
  const auto row = *known;
  // The name may have moved to another image, and another row with it.
  const auto held = is_shared(st, row, [&](const auto& r) {
    return r.name == row.name && (row.engine_id.empty() || r.engine_id == row.engine_id);
  });
  if (!row.ours || held)
    return drop(self, subject, row);
  // Asked by name where no id is recorded: a fetch may have had its effect without an answer.
  const auto name = row.engine_id.empty() ? row.name : row.engine_id.value;
  self->request(st.links.engine, read_deadline, engine::inspect_image{name})
    .then([self, subject, row](
            const engine::image_details& found) { remove_found(self, subject, row, found.image); },
      [self, subject, row](const caf::error& why) {
        if (from_caf(why).code == errc::not_found)
          return drop(self, subject, row);
        finish(self, subject, from_caf(why));
      });
}

void answer_after_look(self_ptr self, const std::string& subject) {
  auto& st = self->state;
  // A look under way may have been made before; the next one counts.
  st.steps.at(subject).after_look = st.look_number + 1;
  look(self);
}

void look_has_ended(self_ptr self) {
  auto& st = self->state;
  std::erase_if(st.fetching, [&st](const auto& entry) {
    return entry.second.after_look != 0 && entry.second.after_look <= st.look_number;
  });
  std::vector<std::string> done;
  for (const auto& [subject, running] : st.steps) {
    if (running.after_look != 0 && running.after_look <= st.look_number)
      done.push_back(subject);
  }
  for (const auto& subject : done) {
    const auto* saved = std::get_if<save_image>(&st.steps.at(subject).what.action);
    // Without what the image brings, its containers cannot be compared.
    if (saved != nullptr && st.engine_known && !st.facts.contains(saved->row.engine_id))
      finish(self, subject, error{errc::corrupt, saved->row.name + " cannot be inspected"});
    else
      finish(self, subject, std::nullopt);
  }
}

void finish(self_ptr self, const std::string& subject, const std::optional<error>& failed) {
  auto& st = self->state;
  const auto it = st.steps.find(subject);
  if (it == st.steps.end())
    return;
  auto done = std::move(it->second);
  st.steps.erase(it);
  tell(self);
  for (auto& asker : done.askers) {
    if (failed)
      asker.deliver(to_caf(*failed));
    else
      asker.deliver(image_step_done{st.last});
  }
}

} // namespace copal::images_parts
