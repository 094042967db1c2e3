/// The Hugging Face Hub and the content delivery network that it leads to, in memory, strict about what they are asked.
/// An IT of the stores (`HuggingFaceClientIT`) holds them against the Hub's own client, `huggingface_hub`.
@NullMarked
package dev.cistern.doubles.huggingface;

import org.jspecify.annotations.NullMarked;
