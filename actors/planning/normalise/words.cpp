#include "actors/planning/normalise/words.hpp"

namespace copal::planning {

namespace {

constexpr std::string_view blanks = " \t\r\n";

/// Longer operators stand before those they begin with.
constexpr std::string_view operators[] = {
  "<<<", "||", "&&", ";;", "|&", "<(", ">>", ">&", "<&", "&", ";", "(", ")", "|", "<", ">"};

std::string_view operator_at(std::string_view rest) {
  for (const auto op : operators) {
    if (rest.substr(0, op.size()) == op)
      return op;
  }
  return {};
}

class splitter {
public:
  explicit splitter(std::string_view line) : rest_(line) {}

  result<std::vector<std::string>> run() {
    while (!rest_.empty() && problem_.empty())
      step();
    end_word();
    if (!problem_.empty())
      return fail(errc::invalid_input, problem_);
    return std::move(words_);
  }

private:
  void step() {
    const char c = rest_.front();
    if (blanks.find(c) != std::string_view::npos) {
      end_word();
      rest_.remove_prefix(1);
    } else if (c == '\'') {
      single_quoted();
    } else if (c == '"') {
      double_quoted();
    } else if (c == '\\') {
      escaped();
    } else if (const auto op = operator_at(rest_); !op.empty()) {
      end_word();
      words_.emplace_back(op);
      rest_.remove_prefix(op.size());
    } else {
      take();
    }
  }

  /// One byte of the line goes into the word.
  void take() {
    word_ += rest_.front();
    in_word_ = true;
    rest_.remove_prefix(1);
  }

  void end_word() {
    if (in_word_)
      words_.push_back(std::move(word_));
    word_.clear();
    in_word_ = false;
  }

  void single_quoted() {
    in_word_ = true;
    const auto end = rest_.find('\'', 1);
    if (end == std::string_view::npos) {
      problem_ = "a single quote is not closed";
      return;
    }
    word_ += rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
  }

  void double_quoted() {
    in_word_ = true;
    rest_.remove_prefix(1);
    while (!rest_.empty() && rest_.front() != '"') {
      constexpr std::string_view escapable = "\"\\$`";
      if (rest_.front() == '\\' && rest_.size() > 1
          && escapable.find(rest_[1]) != std::string_view::npos)
        rest_.remove_prefix(1);
      take();
    }
    if (rest_.empty())
      problem_ = "a double quote is not closed";
    else
      rest_.remove_prefix(1);
  }

  void escaped() {
    rest_.remove_prefix(1);
    if (rest_.empty())
      problem_ = "it ends in a backslash";
    else
      take();
  }

  std::string_view rest_;
  std::vector<std::string> words_;
  std::string word_;
  bool in_word_ = false; ///< Tells the empty word `''` from no word.
  std::string problem_;
};

} // namespace

result<std::vector<std::string>> split_words(std::string_view line) {
  return splitter{line}.run();
}

} // namespace copal::planning
