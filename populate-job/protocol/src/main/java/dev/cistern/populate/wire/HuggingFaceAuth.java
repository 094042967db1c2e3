package dev.cistern.populate.wire;

/// How requests to the Hugging Face Hub are authenticated. It never holds a secret.
public sealed interface HuggingFaceAuth {
    /// Requests without a token: public repos alone.
    record Anonymous() implements HuggingFaceAuth {}

    /// A user access token in a file, which is read again when the Hub refuses it.
    ///
    /// @param tokenFile its path
    record TokenFile(String tokenFile) implements HuggingFaceAuth {}

    /// What `huggingface_hub` would use: `HF_TOKEN`, else the file that `hf auth login` writes, else none.
    record Environment() implements HuggingFaceAuth {}
}
