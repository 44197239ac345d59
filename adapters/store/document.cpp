#include "adapters/store/document.hpp"

#include "adapters/json/json.hpp"

#include <charconv>
#include <cstddef>
#include <string_view>

namespace copal::store {
namespace {

/// Takes lines in and folds them.
class line_folder {
public:
  void add(int line) {
    const int step = line - last_;
    last_ = line;
    if (run_ > 0 && step == step_) {
      ++run_;
      return;
    }
    write_run();
    step_ = step;
    run_ = 1;
  }

  std::string take() {
    write_run();
    return std::move(out_);
  }

private:
  void write_run() {
    if (run_ == 0)
      return;
    if (!out_.empty())
      out_ += ' ';
    out_ += std::to_string(step_);
    if (run_ > 1)
      out_ += '*' + std::to_string(run_);
  }

  std::string out_;
  int last_ = 0;
  int step_ = 0;
  std::size_t run_ = 0;
};

/// Gives out what a folder took in.
class line_source {
public:
  explicit line_source(std::string_view text) : text_(text) {}

  /// Null when there is no further line, or its text is damaged.
  const int* next() {
    if (run_ == 0 && !read_run())
      return nullptr;
    --run_;
    line_ += step_;
    return &line_;
  }

  [[nodiscard]] bool used_up() const { return run_ == 0 && text_.empty(); }

private:
  template <class T>
  bool read(T& x) {
    const auto [end, problem] = std::from_chars(text_.data(), text_.data() + text_.size(), x);
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return problem == std::errc{};
  }

  bool skip(char c) {
    const bool there = text_.starts_with(c);
    text_.remove_prefix(there ? 1 : 0);
    return there;
  }

  bool read_run() {
    run_ = 1;
    const bool whole =
      read(step_) && (!skip('*') || read(run_)) && (text_.empty() || (skip(' ') && !text_.empty()));
    // Sums of damaged numbers could leave the range of int.
    constexpr int most = 1 << 24;
    if (!whole || run_ == 0 || step_ > most || step_ < -most || line_ + step_ > most
        || line_ + step_ < 0 || (step_ != 0 && run_ > most))
      return false;
    const auto end = static_cast<std::int64_t>(line_)
                     + static_cast<std::int64_t>(step_) * static_cast<std::int64_t>(run_);
    return step_ == 0 || (end >= 0 && end <= most);
  }

  std::string_view text_;
  int line_ = 0;
  int step_ = 0;
  std::size_t run_ = 0;
};

void fold(const value& v, line_folder& out) {
  out.add(v.line());
  if (const auto* items = v.as_list())
    for (const auto& item : *items)
      fold(item, out);
  else if (const auto* members = v.as_map())
    for (const auto& m : *members)
      fold(m.val, out);
}

/// The same tree with the lines of the source; false when there are too few.
bool number(value& v, line_source& lines) {
  const int* line = lines.next();
  if (line == nullptr)
    return false;
  v.at_line(*line);
  if (auto* items = v.as_list())
    for (auto& item : *items)
      if (!number(item, lines))
        return false;
  if (auto* members = v.as_map())
    for (auto& m : *members)
      if (!number(m.val, lines))
        return false;
  return true;
}

} // namespace

result<kept_document> keep(const value& doc) {
  auto text = json::write(doc);
  if (!text)
    return fail(std::move(text.error()));
  line_folder lines;
  fold(doc, lines);
  return kept_document{std::move(*text), lines.take()};
}

result<value> restore(const kept_document& kept) {
  // It was accepted once, with the bounds of whoever read it first.
  constexpr json::limits wide{
    .max_bytes = std::size_t{64} << 20U, .max_depth = 1000, .max_nodes = 10'000'000};
  auto doc = json::parse(kept.text, wide);
  if (!doc)
    return fail(errc::corrupt, std::move(doc.error().what));
  line_source lines{kept.lines};
  if (!number(*doc, lines) || !lines.used_up())
    return fail(errc::corrupt, "the lines kept beside it are not its own");
  return std::move(*doc);
}

} // namespace copal::store
